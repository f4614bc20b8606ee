"""What providers answer is read as it is meant, one golden file for each kind of answer."""

import pytest

from billing_core.services.metering.read_provider_body import read_provider_body
from tests.services.metering.golden import Golden, all_golden, told


@pytest.mark.parametrize("case", all_golden(), ids=lambda case: case.name)
def test_every_golden_body_is_read_as_its_file_says(case: Golden):
    assert told(read_provider_body(case.body, provider=case.provider, model=case.model)) == case.expected
