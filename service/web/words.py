"""Words of the pages that stand for values of the code, in Chinese and English, each defined once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from features.stages import STAGES, STAGES_ZH
from service.tokens import Permission, Role

__all__ = ["MARKS", "OUTCOMES", "PERMISSIONS", "ROLES", "STAGE_WORDS", "TONES", "TROUBLES", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """One meaning in both languages."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        """Give the words of a language."""
        return self.en if lang == "en" else self.zh


ROLES: Mapping[Role, Words] = MappingProxyType(
    {
        Role.OFFICER: Words("客户经理", "Officer"),
        Role.APPROVER: Words("审批人", "Approver"),
        Role.RISK: Words("风险管理", "Risk"),
        Role.VALIDATOR: Words("模型验证", "Validator"),
        Role.AUDITOR: Words("审计", "Auditor"),
        Role.ADMIN: Words("系统管理", "Administrator"),
    }
)

PERMISSIONS: Mapping[Permission, Words] = MappingProxyType(
    {
        Permission.READ: Words("查看企业、积分与决定", "See firms, points and decisions"),
        Permission.DECIDE: Words("提交申请并取得决定", "Submit applications and have them decided"),
        Permission.INGEST: Words("录入企业证据", "Put evidence on file"),
        Permission.OVERRIDE: Words("在本人权限内、说明理由后调整决定", "Override a decision, with a reason, within one's authority"),
        Permission.SIGN: Words("签署他人的人工调整，完成人工复核", "Countersign a colleague's override; conclude reviews"),
        Permission.NOTE: Words("在决定上写备注", "Write notes on decisions"),
        Permission.PROPOSE: Words("提议模型、积分方案、参照组与政策", "Propose models, schemes, peers and policy"),
        Permission.APPROVE: Words("批准或否决他人的提议", "Approve or refuse what a colleague proposed"),
        Permission.STOP: Words("立即停止自动决定", "Stop automatic decisions at once"),
        Permission.AUDIT: Words("校验、重放、导出，查看访问记录", "Verify, replay, export; see who read what"),
        Permission.RETAIN: Words("到期删除与法律保全", "Delete what has served its time; hold what must stay"),
        Permission.ADMINISTER: Words("管理用户与令牌", "Manage users and tokens"),
    }
)

OUTCOMES: Mapping[str, Words] = MappingProxyType(
    {
        "approve": Words("同意", "Approve"),
        "counter": Words("有条件同意", "Approve with changes"),
        "refer": Words("转人工审批", "Refer to a person"),
        "decline": Words("不同意", "Decline"),
    }
)

TONES: Mapping[str, str] = MappingProxyType({"approve": "good", "counter": "warn", "refer": "refer", "decline": "bad"})
"""Colours of outcomes; the word always stands beside them."""

STAGE_WORDS: Mapping[str, Words] = MappingProxyType({stage: Words(STAGES_ZH[stage], stage.capitalize()) for stage in STAGES})

MARKS: Mapping[str, Words] = MappingProxyType(
    {
        "simulated_data": Words("模拟数据", "simulated data"),
        "illustrative_weights": Words("示例权重", "illustrative weights"),
        "illustrative_policy": Words("示例政策", "illustrative policy"),
    }
)
"""What a decision's warnings say in words, by their codes."""

TROUBLES: Mapping[str, Words] = MappingProxyType(
    {
        "unauthenticated": Words("请先登录。", "Please sign in first."),
        "forbidden": Words("您的角色不能使用此页面。", "Your role may not use this page."),
        "csrf-missing": Words("页面已过期，请返回上一页重新提交。", "The page had expired. Go back and send it again."),
        "sign-in-refused": Words(
            "登录名与密码不符，或因多次失败已暂时锁定。请核对后重试，或稍后再试。",
            "The login and password do not match, or too many tries have locked it for now. Check both, or try again later.",
        ),
        "too-many-requests": Words("尝试次数过多，请稍后再试。", "Too many tries. Please wait and try again."),
        "unknown-route": Words("没有此页面。", "There is no such page."),
        "internal-error": Words("系统发生故障，未作任何更改。", "Something failed on our side. Nothing was changed."),
        "not-ready": Words("系统尚未就绪，暂不能作决定。", "The service is not ready to decide yet."),
        "oidc-unreachable": Words("统一身份认证暂时无法连接，请稍后再试。", "Single sign-on does not answer. Please try again later."),
        "gone": Words("该决定已按规定到期删除。", "The decision had served its time and was deleted by the rules."),
        "unknown-decision": Words("没有此编号的决定。", "There is no decision of this number."),
        "unknown-entry": Words("账本中没有此记录。", "The ledger has no such entry."),
        "unknown-model": Words("没有此模型。", "There is no such model on file."),
        "unknown-release": Words("没有此编号的提议或发布。", "There is no proposal or release of this number."),
        "unknown-run": Words("没有此编号的监测运行。", "There is no monitoring run of this number."),
        "unknown-leads": Words("没有此编号的客户名单。", "There is no list of leads of this number."),
        "unknown-retraining": Words("没有此编号的再训练。", "There is no retraining of this number."),
        "retraining-busy": Words("已有一次再训练正在等待或进行，请待其结束。", "Another retraining waits or runs. Let it end first."),
        "retraining-invalid": Words("再训练不能按所填内容进行，请按提示更正。", "It cannot be retrained as filled in. Correct it as told."),
        "unknown-stop": Words("没有此编号的停用。", "There is no stop of this number."),
        "self-approval": Words(
            "提议人不能自己批准或否决，须由另一人决定。", "Whoever proposed may not approve or refuse it; another person must decide."
        ),
        "person-required": Words(
            "须由人员本人登录后决定，令牌不能代替。", "A person must decide, signed in under the own name; a token cannot."
        ),
        "wrong-state": Words(
            "此事已有结论，或其比较基础已变，请重新查看。", "It was decided already, or rests on what has changed. Look at it again."
        ),
        "unknown-scheme": Words("没有此积分方案。", "There is no such points scheme."),
        "artefact-unusable": Words("此文件不在库中，或无法读取。", "It is not on file, or cannot be read."),
        "release-invalid": Words("各部分缺失或不能配套，请更正后再提议。", "Parts are missing or do not belong together. Correct them."),
        "policy-invalid": Words("政策文件有误，请按提示更正。", "The policy has faults. Correct them as told."),
        "scheme-invalid": Words("积分方案有误，请按提示更正。", "The points scheme has faults. Correct them as told."),
        "invalid-request": Words("所填内容不完整或有误，请更正。", "What was filled in is incomplete or wrong. Correct it."),
        "unknown-parameter": Words("网址中有无法识别的内容。", "The address has parts this page does not take."),
        "storage-full": Words(
            "磁盘空间不足，未作任何更改，请联系系统管理员。", "The disk is full. Nothing was changed; tell the administrator."
        ),
        "storage-read-only": Words(
            "数据只读，未作任何更改，请联系系统管理员。", "Nothing can be written. Nothing was changed; tell the administrator."
        ),
        "database-unavailable": Words("数据库暂无响应，请稍后再试。", "The database does not answer. Please try again in a moment."),
        "database-damaged": Words("数据库已损坏，请联系系统管理员。", "The database is damaged. Tell the administrator."),
        "schema-mismatch": Words("系统正在升级，请稍后再试。", "The service is being upgraded. Please try again later."),
        "clock-wrong": Words(
            "系统时钟有误，未作任何更改，请联系系统管理员。", "The clock is wrong. Nothing was changed; tell the administrator."
        ),
        "overloaded": Words("请求过多，请稍后再试。", "The service is busy. Please try again in a moment."),
        "ledger-key-unusable": Words(
            "账本签名密钥无法使用，暂不能作决定，请联系系统管理员。",
            "The key that signs the ledger cannot be used, so nothing is decided. Tell the administrator.",
        ),
        "ledger-unsealed": Words(
            "账本未能及时签封，暂不能作决定，请联系系统管理员。",
            "Records could not be sealed, so nothing is decided. Tell the administrator.",
        ),
        "oidc-failed": Words("统一身份认证未完成，请重新登录。", "Single sign-on did not complete. Please sign in again."),
    }
)
"""What a page says for a problem's code; for any other, that the request cannot be handled (zh) or the problem's title (en)."""
