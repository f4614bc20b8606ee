"""The page on metering names every field that counts, and its example is one."""

import json
import re
from pathlib import Path

from billing_core.services.metering.body_shapes import body_shapes
from billing_core.services.metering.read_cloud_event import read_cloud_event
from billing_core.services.metering.read_provider_body import read_provider_body
from billing_core.services.metering.span_attributes import span_attributes

PAGE = (Path(__file__).parents[3] / "docs" / "metering.md").read_text()
NAMED = set(re.findall(r"`([^`\n]+)`", PAGE))
# Spellings of Google's Python package and of single providers, which the page names as such.
SPELLED_OTHERWISE = re.compile(r"[a-z_]+_token_count|.*cache_read_input_tokens|x_groq.*|choices.*")


def test_the_page_names_every_field_that_is_counted():
    counted = {
        ".".join(path)
        for shape in body_shapes().shapes
        for expression in (shape.input, shape.cache_read, shape.cache_write, shape.output, shape.reasoning)
        for term in expression
        for path in term
    }

    assert {path for path in counted if not SPELLED_OTHERWISE.fullmatch(path)} <= NAMED


def test_the_page_names_the_present_name_of_every_attribute_that_is_counted():
    assert {aliases[0] for aliases in span_attributes().counts.values()} <= NAMED


def test_the_cloud_event_on_the_page_is_read_as_usage():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    fields = read_cloud_event(json.loads(example))

    assert (fields["id"], fields["feature"]) == ("evt-1", "chat")
    assert read_provider_body(fields["response"]).quantities.tokens == 2306
