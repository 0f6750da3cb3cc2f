from django.urls import path

from office_hours.api import ama, lessons

ama_urls = [
    path("ama/", ama.Sessions.as_view(), name="ama-list"),
    path("ama/<int:pk>/", ama.SessionDetail.as_view(), name="ama-detail"),
    path("ama/<int:pk>/publish/", ama.SessionPublish.as_view(), name="ama-publish"),
    path("ama/<int:pk>/start/", ama.SessionStart.as_view(), name="ama-start"),
    path("ama/<int:pk>/cancel/", ama.SessionCancel.as_view(), name="ama-cancel"),
    path("ama/<int:pk>/close/", ama.SessionClose.as_view(), name="ama-close"),
    path("ama/<int:pk>/questions/", ama.SessionQuestions.as_view(), name="ama-questions"),
]

question_urls = [
    path("ama-questions/<int:pk>/", ama.QuestionDetail.as_view(), name="ama-question-detail"),
    path("ama-questions/<int:pk>/vote/", ama.QuestionVote.as_view(), name="ama-question-vote"),
    path("ama-questions/<int:pk>/moves/", ama.QuestionMoves.as_view(), name="ama-question-moves"),
]

lesson_urls = [
    path("lessons/", lessons.Lessons.as_view(), name="lessons"),
    path("lessons/<int:pk>/", lessons.LessonDetail.as_view(), name="lesson-detail"),
    path("lessons/<int:pk>/restore/", lessons.LessonRestore.as_view(), name="lesson-restore"),
    path("lessons/<int:pk>/helped/", lessons.LessonHelped.as_view(), name="lesson-helped"),
]

urlpatterns = [*ama_urls, *question_urls, *lesson_urls]
