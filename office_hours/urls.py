from django.urls import path

from office_hours.views import ama, lessons, questions

app_name = "office_hours"

ama_urls = [
    path("sessions/ama/", ama.sessions, name="ama-list"),
    path("sessions/ama/new/", ama.new, name="ama-new"),
    path("sessions/ama/<int:pk>/", ama.detail, name="ama-detail"),
    path("sessions/ama/<int:pk>/stage/", ama.stage, name="ama-stage"),
    path("sessions/ama/<int:pk>/edit/", ama.edit, name="ama-edit"),
    path("sessions/ama/<int:pk>/publish/", ama.publish, name="ama-publish"),
    path("sessions/ama/<int:pk>/start/", ama.start, name="ama-start"),
    path("sessions/ama/<int:pk>/cancel/", ama.cancel, name="ama-cancel"),
    path("sessions/ama/<int:pk>/close/", ama.close, name="ama-close"),
    path("sessions/ama/<int:pk>/questions/", questions.questions, name="ama-questions"),
]

question_urls = [
    path("sessions/ama/questions/<int:pk>/edit/", questions.edit, name="question-edit"),
    path("sessions/ama/questions/<int:pk>/vote/", questions.vote, name="question-vote"),
    path("sessions/ama/questions/<int:pk>/answer/", questions.answer, name="question-answer"),
    path("sessions/ama/questions/<int:pk>/defer/", questions.defer, name="question-defer"),
    path("sessions/ama/questions/<int:pk>/hide/", questions.hide, name="question-hide"),
    path("sessions/ama/questions/<int:pk>/<slug:how>/", questions.move, name="question-move"),
]

lesson_urls = [
    path("lessons/", lessons.lessons, name="lessons"),
    path("lessons/new/", lessons.new, name="lesson-new"),
    path("lessons/<int:pk>/", lessons.detail, name="lesson-detail"),
    path("lessons/<int:pk>/edit/", lessons.edit, name="lesson-edit"),
    path("lessons/<int:pk>/archive/", lessons.archive, name="lesson-archive"),
    path("lessons/<int:pk>/restore/", lessons.restore, name="lesson-restore"),
    path("lessons/<int:pk>/helped/", lessons.helped, name="lesson-helped"),
]

urlpatterns = [*ama_urls, *question_urls, *lesson_urls]
