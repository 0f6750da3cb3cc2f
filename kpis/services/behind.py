"""Which datasets are behind: newer rows of them, or of what they are made from, are held back."""

from __future__ import annotations

from kpis.models import Dataset
from kpis.selectors.data import outputs_of


def mark_behind(dataset: Dataset) -> None:
    """Note it on the dataset and on all that is made from it, so that a page need not ask."""
    edge = [dataset]
    while edge:
        one = Dataset.objects.get(pk=edge.pop().pk)
        behind = one.held_id is not None or one.inputs.filter(behind=True).exists()
        if behind != one.behind:
            Dataset.objects.filter(pk=one.pk).update(behind=behind)
            edge += outputs_of(one)
