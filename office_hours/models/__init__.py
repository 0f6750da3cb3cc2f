from office_hours.models.ama import (
    QUESTION_MOVES,
    SESSION_MOVES,
    AMAQuestion,
    AMASession,
    AMAVote,
)
from office_hours.models.booking import MOVES, Booking, FeedToken, Host, OtherDay, Rule
from office_hours.models.lessons import Lesson, LessonHelp

__all__ = [
    "MOVES",
    "QUESTION_MOVES",
    "SESSION_MOVES",
    "AMAQuestion",
    "AMASession",
    "AMAVote",
    "Booking",
    "FeedToken",
    "Host",
    "Lesson",
    "LessonHelp",
    "OtherDay",
    "Rule",
]
