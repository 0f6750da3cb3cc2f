from django.urls import path

from personas.api import catalogue, people

BLUEPRINT = "blueprints/<slug:slug>/"

urlpatterns = [
    path("services/", catalogue.Services.as_view(), name="services"),
    path("services/<slug:slug>/", catalogue.ServiceDetail.as_view(), name="service-detail"),
    path("blueprints/", catalogue.Blueprints.as_view(), name="blueprints"),
    path(BLUEPRINT, catalogue.BlueprintDetail.as_view(), name="blueprint-detail"),
    path(BLUEPRINT + "drawing/", catalogue.BlueprintDrawing.as_view(), name="blueprint-drawing"),
    path(BLUEPRINT + "publish/", catalogue.BlueprintPublish.as_view(), name="blueprint-publish"),
    path(BLUEPRINT + "start/", catalogue.BlueprintStart.as_view(), name="blueprint-start"),
    path(BLUEPRINT + "phases/", catalogue.BlueprintPhases.as_view(), name="blueprint-phases"),
    path(BLUEPRINT + "phases/<int:pk>/steps/", catalogue.PhaseSteps.as_view(), name="phase-steps"),
    path(BLUEPRINT + "steps/<int:pk>/cards/", catalogue.StepCards.as_view(), name="step-cards"),
    path("personas/", people.Personas.as_view(), name="personas"),
    path("personas/<slug:slug>/", people.PersonaDetail.as_view(), name="persona-detail"),
    path("personas/<slug:slug>/questions/", people.Questions.as_view(), name="questions"),
    path("questions/<int:pk>/", people.QuestionDetail.as_view(), name="question-detail"),
    path("questions/<int:pk>/rank/", people.QuestionRank.as_view(), name="question-rank"),
    path("groups/", people.Groups.as_view(), name="groups"),
    path("groups/<slug:slug>/", people.GroupDetail.as_view(), name="group-detail"),
    path("groups/<slug:slug>/members/", people.Members.as_view(), name="members"),
    path(
        "groups/<slug:slug>/members/<int:pk>/end/",
        people.MembershipEnd.as_view(),
        name="membership-end",
    ),
]
