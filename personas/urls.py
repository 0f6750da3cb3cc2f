from django.urls import path

from personas.views import blueprints, catalogue, people

app_name = "personas"

service_urls = [
    path("", catalogue.discover, name="discover"),
    path("services/", catalogue.services, name="services"),
    path("services/new/", catalogue.service_new, name="service-new"),
    path("services/<slug:slug>/", catalogue.service_detail, name="service-detail"),
    path("services/<slug:slug>/edit/", catalogue.service_edit, name="service-edit"),
    path("services/<slug:slug>/archive/", catalogue.service_archive, name="service-archive"),
    path("services/<slug:slug>/blueprints/new/", blueprints.new, name="blueprint-new"),
]

BLUEPRINT = "blueprints/<slug:slug>/"
blueprint_urls = [
    path(BLUEPRINT, blueprints.detail, name="blueprint-detail"),
    path(BLUEPRINT + "versions/<int:number>/", blueprints.version, name="blueprint-version"),
    path(BLUEPRINT + "edit/", blueprints.edit, name="blueprint-edit"),
    path(BLUEPRINT + "publish/", blueprints.publish, name="blueprint-publish"),
    path(BLUEPRINT + "start/", blueprints.start, name="blueprint-start"),
    path(BLUEPRINT + "phases/new/", blueprints.phase_new, name="phase-new"),
    path(BLUEPRINT + "phases/<int:pk>/remove/", blueprints.phase_remove, name="phase-remove"),
    path(BLUEPRINT + "phases/<int:pk>/steps/new/", blueprints.step_new, name="step-new"),
    path(BLUEPRINT + "steps/<int:pk>/edit/", blueprints.step_edit, name="step-edit"),
    path(BLUEPRINT + "steps/<int:pk>/remove/", blueprints.step_remove, name="step-remove"),
    path(BLUEPRINT + "steps/<int:pk>/<slug:lane>/new/", blueprints.card_new, name="card-new"),
    path(BLUEPRINT + "cards/<int:pk>/edit/", blueprints.card_edit, name="card-edit"),
    path(BLUEPRINT + "cards/<int:pk>/remove/", blueprints.card_remove, name="card-remove"),
]

PERSONA = "personas/<slug:slug>/"
persona_urls = [
    path("personas/", people.personas, name="personas"),
    path("personas/new/", people.persona_new, name="persona-new"),
    path(PERSONA, people.persona_detail, name="persona-detail"),
    path(PERSONA + "edit/", people.persona_edit, name="persona-edit"),
    path(PERSONA + "questions/new/", people.question_new, name="question-new"),
    path(PERSONA + "questions/<int:pk>/", people.question_detail, name="question-detail"),
    path(PERSONA + "questions/<int:pk>/edit/", people.question_edit, name="question-edit"),
    path(PERSONA + "questions/<int:pk>/rank/", people.question_rank, name="question-rank"),
]

GROUP = "groups/<slug:slug>/"
group_urls = [
    path("groups/", people.groups, name="groups"),
    path("groups/new/", people.group_new, name="group-new"),
    path(GROUP, people.group_detail, name="group-detail"),
    path(GROUP + "edit/", people.group_edit, name="group-edit"),
    path(GROUP + "members/<int:pk>/end/", people.membership_end, name="membership-end"),
]

urlpatterns = service_urls + blueprint_urls + persona_urls + group_urls
