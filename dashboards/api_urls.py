from django.urls import path

from dashboards.api import (
    building,
    coding,
    embedding,
    exports,
    lifecycle,
    prototypes,
    reading,
    reports,
    usage,
    validation,
    views,
)

ONE = "dashboards/<slug:slug>/"
RUN = ONE + "validation/<int:pk>/"
REPORT = "subscriptions/<int:pk>/"

urlpatterns = [
    path("dashboards/", views.Dashboards.as_view(), name="dashboards"),
    path("dashboard-schema/", coding.CodeSchema.as_view(), name="dashboard-schema"),
    path(ONE, views.DashboardDetail.as_view(), name="dashboard-detail"),
    path(ONE + "copy/", building.DashboardCopy.as_view(), name="dashboard-copy"),
    path(ONE + "owner/", views.DashboardOwner.as_view(), name="dashboard-owner"),
    path(ONE + "people/", views.DashboardPeople.as_view(), name="dashboard-people"),
    path(ONE + "figures/", views.Figures.as_view(), name="dashboard-figures"),
    path(ONE + "filters/<slug:key>/values/", views.FilterValues.as_view(), name="filter-values"),
    path(ONE + "saved-views/", reading.SavedViews.as_view(), name="saved-views"),
    path(
        ONE + "saved-views/<int:pk>/", reading.SavedViewDetail.as_view(), name="saved-view-detail"
    ),
    path(ONE + "embeds/", embedding.Embeds.as_view(), name="embeds"),
    path(ONE + "embeds/<int:pk>/revoke/", embedding.EmbedRevoke.as_view(), name="embed-revoke"),
    path(ONE + "export/<slug:kind>/", exports.Export.as_view(), name="dashboard-export"),
    path(ONE + "draft/", views.Draft.as_view(), name="draft"),
    path(ONE + "draft/code/", coding.DraftCode.as_view(), name="draft-code"),
    path(ONE + "draft/assemble/", views.Assemble.as_view(), name="draft-assemble"),
    path(ONE + "draft/start/", views.Start.as_view(), name="draft-start"),
    path(ONE + "draft/undo/", building.DraftUndo.as_view(), name="draft-undo"),
    path(ONE + "draft/redo/", building.DraftRedo.as_view(), name="draft-redo"),
    path(ONE + "draft/tiles/<slug:key>/", building.DraftTile.as_view(), name="draft-tile"),
    path(
        ONE + "draft/tiles/<slug:key>/copy/",
        building.DraftTileCopy.as_view(),
        name="draft-tile-copy",
    ),
    path(ONE + "draft/release/", views.Release.as_view(), name="draft-release"),
    path(ONE + "versions/", views.Versions.as_view(), name="versions"),
    path(ONE + "versions/compare/", views.Compare.as_view(), name="version-compare"),
    path(ONE + "versions/<int:number>/", views.VersionDocument.as_view(), name="version-detail"),
    path(ONE + "versions/<int:number>/code/", coding.VersionCode.as_view(), name="version-code"),
    path(ONE + "versions/<int:number>/restore/", views.Restore.as_view(), name="version-restore"),
    path(ONE + "launches/", views.Launches.as_view(), name="launches"),
    path(ONE + "launches/<int:pk>/end/", views.LaunchEnd.as_view(), name="launch-end"),
    path(ONE + "features/", lifecycle.Features.as_view(), name="features"),
    path(ONE + "features/<int:pk>/", lifecycle.FeatureDetail.as_view(), name="feature-detail"),
    path(ONE + "features/<int:pk>/try/", lifecycle.FeatureTrial.as_view(), name="feature-try"),
    path(ONE + "gates/", lifecycle.Gates.as_view(), name="gates"),
    path(ONE + "gates/ask/", lifecycle.GateAsk.as_view(), name="gate-ask"),
    path(ONE + "gates/decisions/", lifecycle.Decisions.as_view(), name="gate-decisions"),
    path(ONE + "restore/", lifecycle.DashboardRestore.as_view(), name="dashboard-restore"),
    path(
        ONE + "subscriptions/",
        reports.DashboardSubscriptions.as_view(),
        name="dashboard-subscriptions",
    ),
    path(ONE + "adoption/", usage.Adoption.as_view(), name="dashboard-adoption"),
    path(ONE + "reviews/", usage.Reviews.as_view(), name="dashboard-reviews"),
    path(ONE + "decisions/", usage.Decisions.as_view(), name="dashboard-decisions"),
    path(
        ONE + "decisions/<int:pk>/outcome/",
        usage.DecisionOutcome.as_view(),
        name="decision-outcome",
    ),
    path(ONE + "views/", usage.OwnViews.as_view(), name="dashboard-views"),
    path(ONE + "times/", usage.DashboardTimes.as_view(), name="dashboard-times"),
    path("times/", usage.PortfolioTimes.as_view(), name="times"),
    path("subscriptions/", reports.Subscriptions.as_view(), name="subscriptions"),
    path(REPORT, reports.SubscriptionDetail.as_view(), name="subscription-detail"),
    path(REPORT + "send/", reports.SubscriptionSend.as_view(), name="subscription-send"),
    path(REPORT + "runs/", reports.SubscriptionRuns.as_view(), name="subscription-runs"),
    path(
        REPORT + "runs/<int:run>/again/",
        reports.SubscriptionRunAgain.as_view(),
        name="subscription-run-again",
    ),
]

urlpatterns += [
    path(ONE + "prototype/", prototypes.Prototype.as_view(), name="prototype"),
    path(ONE + "prototype/moves/", prototypes.PrototypeMoves.as_view(), name="prototype-moves"),
    path(ONE + "pilots/", prototypes.Pilots.as_view(), name="pilots"),
    path(ONE + "pilots/<int:pk>/end/", prototypes.PilotEnd.as_view(), name="pilot-end"),
    path(ONE + "walkthroughs/", prototypes.Walkthroughs.as_view(), name="walkthroughs"),
    path(
        ONE + "walkthroughs/<int:pk>/",
        prototypes.WalkthroughDetail.as_view(),
        name="walkthrough-detail",
    ),
    path(ONE + "validation/", validation.ValidationRuns.as_view(), name="validation-runs"),
    path(RUN, validation.ValidationRunDetail.as_view(), name="validation-run"),
    path(RUN + "sign/", validation.ValidationSign.as_view(), name="validation-sign"),
    path(RUN + "tasks/", validation.ValidationTasks.as_view(), name="validation-tasks"),
    path(
        RUN + "tasks/<int:task>/",
        validation.ValidationTaskDetail.as_view(),
        name="validation-task",
    ),
    path(RUN + "results/", validation.ValidationResults.as_view(), name="validation-results"),
    path(RUN + "sus/", validation.ValidationSus.as_view(), name="validation-sus"),
    path(
        RUN + "reconciliations/",
        validation.ValidationReconciliations.as_view(),
        name="validation-reconciliations",
    ),
    path(
        RUN + "reconciliations/<int:row>/",
        validation.ValidationReconciliation.as_view(),
        name="validation-reconciliation",
    ),
]
