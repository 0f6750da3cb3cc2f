"""The shape of what people type about services, blueprints, personas and groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ace_portal.lib.days import site_today
from ace_portal.lib.forms import area, day, field_of
from personas.models import (
    Blueprint,
    Card,
    Claim,
    Membership,
    Persona,
    Question,
    Service,
    UserGroup,
)
from personas.selectors import people_of_ace, steps_of


class LinesField(forms.CharField):
    """Several texts, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        rows = kwargs.pop("rows", 3)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(line) for line in value) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        super().validate(value)
        if any(len(line) > 240 for line in value):
            raise forms.ValidationError(_("A line has at most 240 characters."))


class MinutesField(forms.IntegerField):
    """A duration, typed in whole minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=525_600, required=False, **kwargs)

    def clean(self, value: Any) -> Any:
        minutes = super().clean(value)
        return None if minutes is None else timedelta(minutes=minutes)

    def prepare_value(self, value: Any) -> Any:
        return int(value.total_seconds() // 60) if isinstance(value, timedelta) else value


class ServiceForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("Short, as in your catalogue: INC, IAM, NET.")
    )
    description = area(3, label=_("Description"), required=False)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=people_of_ace(), help_text=_("Who answers for it.")
    )
    criticality = forms.ChoiceField(
        label=_("Criticality"), choices=Service.Criticality.choices, initial="medium"
    )
    service_hours = forms.CharField(label=_("Service hours"), max_length=120, required=False)
    consumers = forms.CharField(
        label=_("Who uses it"),
        max_length=200,
        required=False,
        help_text=_("Employees, branches, another service."),
    )

    @staticmethod
    def initial_of(service: Service) -> dict[str, Any]:
        return {name: getattr(service, name) for name in ServiceForm.base_fields}


class BlueprintEditForm(forms.Form):
    scenario = forms.CharField(
        label=_("Scenario"), max_length=160, help_text=_("One path, in the customer's words.")
    )
    view = forms.ChoiceField(label=_("View"), choices=Blueprint.View.choices, initial="as_is")
    as_is = forms.ModelChoiceField(
        label=_("Replaces"),
        queryset=Blueprint.objects.none(),
        required=False,
        help_text=_("A to-be blueprint names the as-is one."),
    )
    persona = forms.ModelChoiceField(
        label=_("Persona"), queryset=Persona.objects.all(), required=False
    )
    review_due = day(label=_("Review due"), required=False)

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "as_is", forms.ModelChoiceField).queryset = Blueprint.objects.filter(
            view="as_is", service=service
        )


class BlueprintForm(BlueprintEditForm):
    value_stream = forms.ChoiceField(
        label=_("Value stream"),
        choices=Blueprint.ValueStream.choices,
        help_text=_("Gives the phases to begin with."),
    )

    field_order = ["scenario", "value_stream"]


class PhaseForm(forms.Form):
    name = forms.CharField(label=_("Phase"), max_length=60)


class StepForm(forms.Form):
    title = forms.CharField(label=_("Step"), max_length=80)
    no_customer_action = forms.BooleanField(
        label=_("The customer does nothing here"), required=False
    )
    work_time = MinutesField(label=_("Work, typical (minutes)"))
    wait_min = MinutesField(label=_("Wait, shortest (minutes)"))
    wait_typical = MinutesField(label=_("Wait, typical (minutes)"))
    wait_max = MinutesField(label=_("Wait, longest (minutes)"))


class CardForm(forms.Form):
    text = forms.CharField(label=_("What happens"), max_length=160)
    span = forms.IntegerField(label=_("Steps wide"), min_value=1, max_value=20, initial=1)
    actor = forms.CharField(label=_("Who"), max_length=60, required=False)
    system = forms.CharField(label=_("System"), max_length=60, required=False)
    channel = forms.CharField(label=_("Channel"), max_length=60, required=False)
    evidence = forms.ChoiceField(
        label=_("How sure are we"), choices=Card.Evidence.choices, initial="assumed",
        help_text=_("“Verified” needs evidence, which a card cannot have yet."),
    )  # fmt: skip
    severity = forms.IntegerField(
        label=_("It fails here, severity 1 to 5"),
        min_value=1,
        max_value=5,
        required=False,
        help_text=_("5: people cannot go on. Empty: it does not fail."),
    )
    failure = forms.CharField(label=_("How it fails"), max_length=160, required=False)
    emotion = forms.TypedChoiceField(
        label=_("How it feels"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[
            ("", _("Not known")), ("2", _("+2 delighted")), ("1", _("+1 content")),
            ("0", _("0 neutral")), ("-1", _("−1 annoyed")), ("-2", _("−2 furious")),
        ],
    )  # fmt: skip


class PersonaForm(forms.Form):
    name = forms.CharField(
        label=_("Role"), max_length=120, help_text=_("What they do, not who they are.")
    )
    quote = forms.CharField(label=_("In their words"), max_length=200, required=False)
    decisions = LinesField(
        label=_("Decisions"),
        help_text=_("One a line: what do they do differently when a figure moves?"),
    )
    goals = LinesField(label=_("Goals"), required=False, help_text=_("One a line."))
    jobs = LinesField(label=_("Jobs to be done"), required=False, help_text=_("One a line."))
    pains = LinesField(label=_("Pains"), required=False, help_text=_("One a line."))
    about = area(3, label=_("About"), required=False)
    cadence = forms.ChoiceField(
        label=_("Looks at figures"), choices=Persona.Cadence.choices, initial="weekly"
    )
    data_literacy = forms.IntegerField(
        label=_("At home with data"), min_value=1, max_value=4, initial=2,
        help_text=_("1: reads a number. 4: writes queries."),
    )  # fmt: skip
    devices = forms.CharField(label=_("Devices"), max_length=120, required=False)
    access_needs = forms.CharField(label=_("Access needs"), max_length=200, required=False)
    review_due = day(label=_("Review due"), required=False)


class QuestionForm(forms.Form):
    text = forms.CharField(label=_("Question"), max_length=240)
    decision = forms.ModelChoiceField(
        label=_("Decision that it feeds"),
        queryset=Claim.objects.none(),
        help_text=_("A question without a decision is curiosity."),
    )
    frequency = forms.ChoiceField(
        label=_("How often they ask"), choices=Persona.Cadence.choices, initial="weekly"
    )
    workaround = forms.CharField(label=_("How they find out today"), max_length=240, required=False)
    value = forms.IntegerField(
        label=_("Value, 1 to 5"), min_value=1, max_value=5, initial=3,
        help_text=_("5: money or people depend on it."),
    )  # fmt: skip
    step = forms.ChoiceField(label=_("Step where it arises"), required=False)

    def __init__(self, *args: Any, persona: Persona, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decisions = persona.claims.filter(kind="decision")
        field_of(self, "decision", forms.ModelChoiceField).queryset = decisions
        self.blueprints = {
            blueprint.pk: blueprint
            for blueprint in Blueprint.objects.filter(archived_at__isnull=True)
        }
        groups = [
            (str(blueprint), [(f"{blueprint.pk}:{s.key}", s.title) for s in steps_of(blueprint)])
            for blueprint in self.blueprints.values()
        ]
        field_of(self, "step", forms.ChoiceField).choices = [("", _("None yet")), *groups]

    def clean_step(self) -> tuple[Blueprint, str] | None:
        chosen = self.cleaned_data["step"]
        if not chosen:
            return None
        pk, key = chosen.split(":")
        return self.blueprints[int(pk)], key

    @staticmethod
    def initial_of(question: Question) -> dict[str, Any]:
        names = ("text", "decision", "frequency", "workaround", "value")
        initial = {name: getattr(question, name) for name in names}
        if question.blueprint_id and question.step_key:
            initial["step"] = f"{question.blueprint_id}:{question.step_key}"
        return initial


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    persona = forms.ModelChoiceField(label=_("Persona"), queryset=Persona.objects.all())
    members_see_names = forms.BooleanField(
        label=_("Members see each other's names"), required=False, initial=True
    )

    @staticmethod
    def initial_of(group: UserGroup) -> dict[str, Any]:
        return {n: getattr(group, n) for n in ("name", "persona", "members_see_names")}


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("Email"))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial="member")
    valid_from = day(label=_("From"), initial=site_today)
    valid_to = day(
        label=_("To, included"), required=False, help_text=_("Empty: until further notice.")
    )


class EndForm(forms.Form):
    last_day = day(label=_("Last day"), initial=site_today)
