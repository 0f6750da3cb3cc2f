"""Whom we serve."""

from personas.models.blueprint import (
    Annotation,
    Blueprint,
    BlueprintVersion,
    Card,
    Lane,
    Phase,
    Step,
)
from personas.models.group import Membership, UserGroup
from personas.models.persona import Claim, Persona, Question
from personas.models.service import Service

__all__ = [
    "Annotation",
    "Blueprint",
    "BlueprintVersion",
    "Card",
    "Claim",
    "Lane",
    "Membership",
    "Persona",
    "Phase",
    "Question",
    "Service",
    "Step",
    "UserGroup",
]
