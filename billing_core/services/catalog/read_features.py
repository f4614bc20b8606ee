"""features.yml: what plans grant and events use, and how each is counted."""

from billing_core.domain.catalog import Feature
from billing_core.domain.document_reader import DocumentReader
from billing_core.services.catalog.catalog_entries import FeatureEntry

_KEYS = (
    "code",
    "name",
    "description",
    "unit",
    "display_unit",
    "units_per_display_unit",
    "aggregation",
    "active",
)


def read_features(reader: DocumentReader) -> list[FeatureEntry]:
    """The sound features; what is wrong with the others stays among the reader's problems."""
    found: dict[str, FeatureEntry] = {}
    for item in reader.children("features", _KEYS):
        unit = item.text("unit")
        aggregation = item.choice("aggregation", ("sum", "max"), "sum")
        feature = Feature(
            code=item.text("code"),
            name=item.text("name"),
            description=item.text("description"),
            unit=unit,
            display_unit=item.text("display_unit", unit or "unit"),
            units_per_display_unit=item.whole("units_per_display_unit", least=1, default=1),
            aggregation="max" if aggregation == "max" else "sum",
            is_active=item.flag("active", default=True),
        )
        if feature.code in found:
            item.problem("code", f"{feature.code!r} is already at {found[feature.code].path}.")
        elif item.is_sound:
            found[feature.code] = FeatureEntry(item.path, feature)
    return list(found.values())
