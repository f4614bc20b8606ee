"""python -m billing_core init: make the database ready, with demo data if wanted."""

from typing import Annotated

import typer

from billing_core.bootstrap import Application, application
from billing_core.bootstrap.initialize import initialize, load_demo_data
from billing_core.cli.output import JsonOption, errors_shown, note, progress_bar, show


def init(
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo data too, once.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Create or update the database and load the catalogue; doing it again changes nothing."""
    with errors_shown(as_json=as_json):
        house = application()
        initialize(house, note)
        is_loaded = demo and load_demo(house)
        with house.read() as uow:
            organizations = len(uow.organizations.organizations())
        show(
            {"database": house.settings.data_dir.name, "organizations": organizations, "demo_loaded": is_loaded},
            as_json=as_json,
        )


def load_demo(house: Application) -> bool:
    """Load the demo data under a progress bar; False where it is there already."""
    with progress_bar("Loading demo data") as on_progress:
        return load_demo_data(house, on_progress)
