"""Which rows of a dataset a person sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from ace_portal.accounts.models import User
from ace_portal.audit.services import record
from ace_portal.lib.errors import Conflict, Invalid
from ace_portal.lib.models import one_line
from ace_portal.lib.saying import said
from kpis.engine.checks import GROUPABLE, TYPES
from kpis.models import Dataset, Load, RowPolicy, RowRule
from kpis.permissions import require_data
from kpis.rows import parse_value
from kpis.sandbox.kept import require_kept
from kpis.selectors.data import outputs_of
from personas.models import UserGroup

MOST_VALUES = 1_000


def set_policy(
    *, actor: User, dataset: Dataset, column: str, attribute: str = "",
    rules: Mapping[UserGroup, Sequence[str]],
) -> RowPolicy:  # fmt: skip
    """From now on a person sees the rows whose column has a value of their groups or their own.

    ``rules`` say what the members of a group see, all that was said before is replaced;
    ``attribute`` names what an administrator says of a person. It holds for what is made from the
    dataset, too, which therefore has to keep the column.
    """
    require_data(actor)
    with transaction.atomic():
        row = Dataset.objects.select_for_update().get(pk=dataset.pk)
        _require_own(row)
        kind = _kind_of(row, column)
        given = {group: _checked(values, kind, group) for group, values in rules.items()}
        policy = RowPolicy.objects.filter(dataset=row).first() or RowPolicy(dataset=row)
        policy.column, policy.attribute, policy.author = column, attribute.strip(), actor
        policy.full_clean()
        policy.save()
        policy.rules.all().delete()
        RowRule.objects.bulk_create(
            RowRule(policy=policy, group=group, values=values)
            for group, values in given.items()
            if values
        )
        _limit(row, row.pk)
        spread(row)
        _limit_what_is_live(row)
        record(
            actor=actor, action="dataset.limit", target=row, column=column,
            attribute=policy.attribute, groups=sorted(group.slug for group in given),
        )  # fmt: skip
    return policy


def lift_policy(*, actor: User, dataset: Dataset) -> Dataset:
    """Everybody who may see a figure sees it over all rows again."""
    require_data(actor)
    with transaction.atomic():
        row = Dataset.objects.select_for_update().get(pk=dataset.pk)
        _require_own(row)
        gone, _rows = RowPolicy.objects.filter(dataset=row).delete()
        if not gone:
            raise Conflict(_("Nobody's rows of this dataset are limited."))
        _limit(row, None)
        spread(row)
        record(actor=actor, action="dataset.open", target=row)
    return row


def _require_own(dataset: Dataset) -> None:
    """What is made from limited rows is limited as they are."""
    other = dataset.limited_by
    if other is not None and other.pk != dataset.pk:
        raise Conflict(
            _("This dataset is made from “%(name)s” and shows the rows that that one shows.")
            % {"name": other.name}
        )


def _kind_of(dataset: Dataset, column: str) -> str:
    types = dataset.live.types if dataset.live is not None else {}
    if column not in types:
        raise Invalid(
            _("The data does not have the column “%(name)s”.") % {"name": column}, field="column"
        )
    if types[column] not in GROUPABLE:
        raise Invalid(
            _("“%(name)s” is %(type)s: too many values to say who sees which.")
            % {"name": column, "type": said(TYPES[types[column]])},
            field="column",
        )
    return types[column]


def _checked(values: Sequence[str], kind: str, group: UserGroup) -> list[str]:
    """The values as they were typed, each once; ``Invalid`` names the group whose are wrong."""
    found = [text for value in values if (text := one_line(value))]
    field = f"group_{group.pk}"
    if len(found) > MOST_VALUES:
        raise Invalid(_("At most %(n)d values a group.") % {"n": MOST_VALUES}, field=field)
    for text in found:
        parse_value(text, kind, field)
    return list(dict.fromkeys(found))


def inherit(dataset: Dataset, inputs: Iterable[Dataset]) -> int | None:
    """A query's rows obey the policy of what it reads; call it inside a transaction.

    Answers whose policy the rows of its next load will obey. What is live obeys it from now on, or
    goes on to obey another one until that load takes its place.

    Raises ``Invalid`` where the query does not keep the column that the policy is about, or reads
    rows under two policies.
    """
    now = Dataset.objects.select_for_update().get(pk=dataset.pk)
    dataset.limited_by_id, dataset.live_id = now.limited_by_id, now.live_id
    read = Dataset.objects.select_for_update().filter(pk__in=[one.pk for one in inputs])
    limited = {
        one.table_name: one.limited_by_id
        for one in read.order_by("pk")
        if one.limited_by_id is not None
    }
    by = _one_policy(dataset, limited, dataset.sql)
    _limit(dataset, by if _may_change(dataset, by) else dataset.limited_by_id)
    return by


def follow(dataset: Dataset, load: Load) -> None:
    """The rows of a load go live: they obey the policy of the rows that they were made from.

    Raises ``Invalid`` where the query that made them has not kept its column. Call it inside the
    transaction that moves the pointer; ``dataset.live`` is the load already.
    """
    before = dataset.limited_by_id
    if load.report.get("inputs"):
        _limit(dataset, _obeyed_by(load, {}))
    else:
        inherit(dataset, dataset.inputs.all())
    if dataset.limited_by_id != before:
        spread(dataset)


def _one_policy(dataset: Dataset, limited: Mapping[str, int], sql: str) -> int | None:
    """Whose policy the rows of a query obey: ``limited`` are the tables of limited rows that it
    reads, each with whose policy that is."""
    own = RowPolicy.objects.filter(dataset=dataset).exists()
    if len(limited) > 1:
        one, two, *_others = limited
        raise Invalid(
            _("“%(one)s” and “%(two)s” both show each reader their own rows; read one of them.")
            % {"one": one, "two": two},
            field="sql",
        )
    if not limited:
        return dataset.pk if own else None
    [(table, by)] = limited.items()
    if own:
        raise Invalid(
            _("This dataset says itself who sees which rows. Open it before it reads “%(name)s”.")
            % {"name": table},
            field="sql",
        )
    require_kept(sql, table, RowPolicy.objects.get(dataset=by).column)
    return by


def _obeyed_by(load: Load, known: dict[int, int | None]) -> int | None:
    """Whose policy the rows of a load obey, by the loads that it was made from."""
    if load.pk not in known:
        inputs = load.report.get("inputs", {})
        made_from = Load.objects.select_related("dataset").in_bulk(inputs.values())
        found = {
            table: by
            for table, pk in inputs.items()
            if pk in made_from and (by := _obeyed_by(made_from[pk], known)) is not None
        }
        known[load.pk] = _one_policy(load.dataset, found, load.report.get("sql", ""))
    return known[load.pk]


def _may_change(dataset: Dataset, by: int | None) -> bool:
    """Whether what is live may obey another policy than it does: not while its rows are made from
    rows under that one."""
    before = dataset.limited_by_id
    if before in (None, by) or dataset.live_id is None:
        return True
    return not RowPolicy.objects.filter(dataset=before).exists()


def _limit_what_is_live(dataset: Dataset) -> None:
    """Rows that were made from a dataset obey its policy, whatever their query reads by now."""
    known: dict[int, int | None] = {}
    made = Dataset.objects.filter(kind=Dataset.Kind.PREPARED, live__isnull=False)
    for one in made.select_related("live__dataset").order_by("pk"):
        try:
            by = _obeyed_by(one.live, known) if one.live is not None else None
        except Invalid as error:
            raise Conflict(
                _("What is live of “%(name)s” is made from this dataset by an earlier query. "
                  "Rebuild it first. %(why)s")
                % {"name": one.name, "why": said(error.message)}
            ) from error  # fmt: skip
        if by == dataset.pk and one.limited_by_id != by:
            _limit(one, by)


def spread(dataset: Dataset) -> None:
    """What is made from a dataset follows it, however far down; refuses what does not keep up."""
    for output in outputs_of(dataset).select_for_update(of=("self",)).order_by("pk"):
        before = output.limited_by_id
        try:
            inherit(output, output.inputs.all())
        except Invalid as error:
            raise Conflict(
                _("“%(name)s” is made from this dataset. %(why)s")
                % {"name": output.name, "why": said(error.message)}
            ) from error
        if output.limited_by_id != before or before is not None:
            spread(output)


def _limit(dataset: Dataset, by: int | None) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(limited_by=by)
    dataset.limited_by_id = by
