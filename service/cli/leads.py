"""`jifen leads`: rank the firms without a loan, from a portfolio that is done."""

from __future__ import annotations

from pathlib import Path

import click

from features.vocabulary import Product
from service.cli.console import out, step
from service.portfolio.leads import leads_csv, leads_of, scanned
from service.portfolio.run import parts_of, products_of

__all__ = ["leads"]

PRODUCTS = [product.value for product in Product if product is not Product.OTHER]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--product", "chosen", multiple=True, type=click.Choice(PRODUCTS), help="Only this product; may be given again.")
@click.option("--top", type=click.IntRange(1), default=1000, show_default=True, help="Firms of each product.")
@click.option("--out", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write: .parquet or .csv.")
def leads(folder: Path, chosen: tuple[str, ...], top: int, path: Path) -> None:
    """Rank the firms without a running loan by what a loan would earn, from the FOLDER of a finished portfolio."""
    if path.suffix not in {".parquet", ".csv"}:
        raise click.BadParameter(f"{path.name} ends in {path.suffix!r}; use .parquet or .csv", param_hint="--out")
    parts = parts_of(folder)
    with step("rank the leads"):
        found = leads_of(scanned(parts), chosen or products_of(parts), top=top)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        found.write_parquet(path)
    else:
        path.write_bytes(leads_csv(found))
    out.print(f"{found.height:,} leads of {found['product'].n_unique()} products written to {path}")
