"""Places, trades and words of the province: where firms sit, what they do, what they are called."""

from __future__ import annotations

from dataclasses import dataclass

from features.vocabulary import Ownership, TechnologyField

__all__ = ["BRANDS", "CAPITAL", "CITIES", "FIELDS", "OWNERSHIPS", "STRAY_IPC", "FieldProfile"]

CITIES: tuple[tuple[str, str, float], ...] = (
    ("340100", "合肥", 0.34),
    ("340200", "芜湖", 0.12),
    ("340300", "蚌埠", 0.07),
    ("340400", "淮南", 0.03),
    ("340500", "马鞍山", 0.07),
    ("340600", "淮北", 0.03),
    ("340700", "铜陵", 0.03),
    ("340800", "安庆", 0.05),
    ("341000", "黄山", 0.02),
    ("341100", "滁州", 0.07),
    ("341200", "阜阳", 0.045),
    ("341300", "宿州", 0.03),
    ("341500", "六安", 0.04),
    ("341600", "亳州", 0.025),
    ("341700", "池州", 0.02),
    ("341800", "宣城", 0.01),
)
"""GB/T 2260 code, name and share of firms of Anhui's sixteen cities (Hefei: 13,000 of some 44,500 technology firms)."""

CAPITAL = 0
"""Position of Hefei in `CITIES`: universities and investors concentrate there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProfile:
    """What sets a technology field apart; multipliers are relative to the province's average."""

    field: TechnologyField
    share: float
    """Share of firms."""
    industries: tuple[str, ...]
    ipc: tuple[str, ...]
    words: tuple[str, ...]
    rd: float
    """R&D expense over revenue of the typical firm."""
    inventions: float
    software: float
    investors: float
    technical: float
    """Share of technical staff of the typical firm."""


def _field(field: TechnologyField, share: float, industries: str, ipc: str, words: str, *multipliers: float) -> FieldProfile:
    rd, inventions, software, investors, technical = multipliers
    return FieldProfile(
        field=field,
        share=share,
        industries=tuple(industries.split()),
        ipc=tuple(ipc.split()),
        words=tuple(words.split()),
        rd=rd,
        inventions=inventions,
        software=software,
        investors=investors,
        technical=technical,
    )


_F = TechnologyField
FIELDS: tuple[FieldProfile, ...] = (
    _field(
        _F.ELECTRONICS,
        0.24,
        "I651 I652 C391 C397 C398",
        "G06F G06N H04L H01L G06T H04W",
        "量子 芯片 智能 数据 软件 光电",
        0.09,
        1.2,
        2.6,
        1.5,
        0.36,
    ),
    _field(
        _F.BIOMEDICINE,
        0.10,
        "C271 C272 C276 C277 C358",
        "A61K C12N A61B G01N C07D A61P",
        "生物 医药 基因 医疗 制药 诊断",
        0.11,
        1.2,
        0.3,
        1.8,
        0.32,
    ),
    _field(_F.AEROSPACE, 0.02, "C374 C396 C402", "B64C B64D F02K G01C B64U", "航空 航天 低空 卫星 导航", 0.10, 1.2, 0.8, 1.6, 0.36),
    _field(
        _F.MATERIALS,
        0.15,
        "C261 C265 C292 C306 C325",
        "C08L C04B C22C C08G B32B H01B",
        "新材料 复材 高分子 纳米 陶瓷 膜材料",
        0.05,
        1.1,
        0.1,
        0.8,
        0.20,
    ),
    _field(
        _F.SERVICES,
        0.12,
        "I654 I655 M731 M732 M745 M751",
        "G06Q G06F G16H G01N H04L",
        "检测 信息 设计 数字 技术服务 云服务",
        0.07,
        0.6,
        2.4,
        0.9,
        0.38,
    ),
    _field(
        _F.ENERGY,
        0.10,
        "C382 C384 C387 D441 M748",
        "H01M H02J H02S F24F H02M F03D",
        "新能源 储能 光伏 电池 节能 氢能",
        0.06,
        1.1,
        0.3,
        1.2,
        0.22,
    ),
    _field(
        _F.ENVIRONMENT,
        0.07,
        "N772 N771 C359 M746",
        "C02F B01D B09B B01J G01N",
        "环保 环境 水处理 生态 循环 固废",
        0.05,
        0.8,
        0.2,
        0.4,
        0.20,
    ),
    _field(
        _F.MANUFACTURING,
        0.20,
        "C342 C346 C351 C361 C367 C401",
        "B23K B25J B65G F16H B62D G05B",
        "机器人 装备 自动化 精密 汽车部件 智造",
        0.05,
        1.0,
        0.4,
        0.7,
        0.21,
    ),
)

OWNERSHIPS: tuple[tuple[Ownership, float], ...] = (
    (Ownership.PRIVATE, 0.885),
    (Ownership.STATE, 0.05),
    (Ownership.FOREIGN, 0.025),
    (Ownership.JOINT, 0.03),
    (Ownership.COLLECTIVE, 0.01),
)

STRAY_IPC = ("A47B", "A01K", "B65D", "E04B", "A63B", "B08B", "F21V", "D06F")
"""Subclasses outside every field's main business: what bought and faked rights are often about."""

BRANDS: tuple[str, ...] = tuple(
    """
    启明 华芯 中科 皖江 科睿 恒创 云帆 天枢 博远 聚能 新锐 鸿图 瑞丰 智汇 凌云 长风 徽拓 江淮 大衡 明德 锐思 安澜 北辰 晨曦 鼎新 飞翼
    光谷 浩然 嘉禾 景行 科蓝 立方 迈越 诺亚 沛然 千寻 融合 森源 泰和 维度 西格 星火 亿科 宇辰 元启 卓越 众智 紫辰 佰特 创源 德昌 芳华
    国泰 海纳 金桥 巨石 蓝盾 隆昌 美林 南瑞
    """.split()  # noqa: SIM905 - a list of words reads as words
)
