from django.urls import path

from dashboards.views import (
    answers,
    arranging,
    beginning,
    builder,
    coding,
    embedding,
    exports,
    features,
    gates,
    images,
    moving,
    pages,
    prototypes,
    reading,
    releases,
    reports,
    rows,
    tabbing,
    tiles,
    usage,
    validation,
    values,
    wall,
)

app_name = "dashboards"

ONE = "dashboards/<slug:slug>/"

page_urls = [
    path("dashboards/", pages.dashboards, name="dashboards"),
    path("dashboards/new/", pages.new, name="dashboard-new"),
    path("portfolio/", pages.portfolio, name="portfolio"),
    path(ONE, pages.detail, name="dashboard-detail"),
    path(ONE + "edit/", pages.edit, name="dashboard-edit"),
    path(ONE + "copy/", pages.copy, name="dashboard-copy"),
    path(ONE + "about/", pages.about, name="dashboard-about"),
    path(ONE + "owner/", pages.hand_over, name="dashboard-owner"),
    path(ONE + "tiles/<slug:key>/explain/", pages.tile_explain, name="tile-explain"),
    path(ONE + "tiles/<slug:key>/rows/", rows.tile_rows, name="tile-rows"),
    path(ONE + "tiles/<slug:key>/rows/file/", rows.tile_rows_file, name="tile-rows-file"),
    path(ONE + "tiles/<slug:key>/drivers/", moving.tile_drivers, name="tile-drivers"),
    path(ONE + "filters/<slug:key>/values/", values.filter_values, name="filter-values"),
    path(ONE + "wall/", wall.wall, name="wall"),
    path(ONE + "saved/", reading.saved_views, name="saved-views"),
    path(ONE + "saved/new/", reading.saved_view_new, name="saved-view-new"),
    path(ONE + "saved/<int:pk>/edit/", reading.saved_view_edit, name="saved-view-edit"),
    path(ONE + "saved/<int:pk>/delete/", reading.saved_view_delete, name="saved-view-delete"),
]

builder_urls = [
    path(ONE + "builder/", builder.builder, name="builder"),
    path(ONE + "builder/palette/", builder.palette, name="palette"),
    path(ONE + "builder/assemble/", builder.assemble, name="version-assemble"),
    path(ONE + "builder/begin/", beginning.beginnings, name="beginnings"),
    path(ONE + "builder/begin/<slug:key>/", beginning.begin, name="begin"),
    path(ONE + "builder/start/", builder.start, name="version-start"),
    path(ONE + "builder/filters/", builder.filters_edit, name="filters-edit"),
    path(ONE + "builder/tiles/new/", tiles.tile_new, name="tile-new"),
    path(ONE + "builder/tiles/<slug:key>/edit/", tiles.tile_edit, name="tile-edit"),
    path(ONE + "builder/tiles/<slug:key>/move/", arranging.tile_move, name="tile-move"),
    path(ONE + "builder/tiles/<slug:key>/copy/", arranging.tile_copy, name="tile-copy"),
    path(ONE + "builder/tiles/<slug:key>/remove/", arranging.tile_remove, name="tile-remove"),
    path(ONE + "builder/tabs/new/", tabbing.tab_new, name="tab-new"),
    path(ONE + "builder/tabs/<slug:key>/edit/", tabbing.tab_edit, name="tab-edit"),
    path(ONE + "builder/tabs/<slug:key>/remove/", tabbing.tab_remove, name="tab-remove"),
    path(ONE + "builder/undo/", arranging.undo, name="draft-undo"),
    path(ONE + "builder/redo/", arranging.redo, name="draft-redo"),
]

version_urls = [
    path(ONE + "versions/", releases.versions, name="versions"),
    path(ONE + "versions/compare/", releases.version_compare, name="version-compare"),
    path(ONE + "versions/release/", releases.version_release, name="version-release"),
    path(ONE + "versions/<int:number>/", releases.version_detail, name="version-detail"),
    path(ONE + "code/", coding.code, name="code"),
    path(ONE + "embed/", embedding.embeds, name="embeds"),
    path(ONE + "embed/<int:pk>/revoke/", embedding.revoke, name="embed-revoke"),
    path("embed/<str:token>/", embedding.embedded, name="embedded"),
    path(
        "embed/<str:token>/pictures/<slug:sha256>/",
        images.embedded_picture,
        name="embedded-picture",
    ),
    path(
        "embed/<str:token>/filters/<slug:key>/values/",
        embedding.embedded_values,
        name="embedded-values",
    ),
    path(ONE + "pictures/<slug:sha256>/", images.picture, name="picture"),
    path(ONE + "export/<slug:kind>/", exports.page, name="export"),
    path(ONE + "tiles/<slug:key>/export/<slug:kind>/", exports.tile, name="tile-export"),
    path(ONE + "versions/<int:number>/code/", coding.version_code, name="version-code"),
    path(ONE + "versions/<int:number>/restore/", releases.version_restore, name="version-restore"),
    path(ONE + "launch/", releases.launch, name="launch"),
    path(ONE + "launch/<int:pk>/end/", releases.launch_end, name="launch-end"),
]

lifecycle_urls = [
    path(ONE + "gates/", gates.gates, name="gates"),
    path(ONE + "gates/ask/", gates.gate_ask, name="gate-ask"),
    path(ONE + "gates/<int:stage>/", gates.gate_decide, name="gate-decide"),
    path(ONE + "restore/", gates.dashboard_restore, name="dashboard-restore"),
    path(ONE + "features/", features.features, name="features"),
    path(ONE + "features/new/", features.feature_new, name="feature-new"),
    path(ONE + "features/<int:pk>/edit/", features.feature_edit, name="feature-edit"),
    path(ONE + "features/<int:pk>/remove/", features.feature_remove, name="feature-remove"),
    path(ONE + "features/<int:pk>/try/", features.feature_try, name="feature-try"),
]

report_urls = [
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.detail, name="report-detail"),
    path("reports/<int:pk>/edit/", reports.edit, name="report-edit"),
    path("reports/<int:pk>/pause/", reports.turn, {"to": "pause"}, name="report-pause"),
    path("reports/<int:pk>/resume/", reports.turn, {"to": "resume"}, name="report-resume"),
    path("reports/<int:pk>/delete/", reports.delete, name="report-delete"),
    path("reports/<int:pk>/send/", reports.send, name="report-send"),
    path("reports/<int:pk>/runs/<int:run>/again/", reports.run_again, name="report-run-again"),
    path(ONE + "subscribe/", reports.new, name="report-new"),
]

usage_urls = [
    path(ONE + "adoption/", usage.adoption, name="dashboard-adoption"),
    path(ONE + "reviews/", usage.review, name="reviews"),
    path(ONE + "decisions/", usage.decision_list, name="decisions"),
    path(ONE + "decisions/<int:pk>/outcome/", usage.decision_outcome, name="decision-outcome"),
    path(ONE + "views/", usage.own_views, name="own-views"),
    path(ONE + "views/<int:pk>/", usage.view_report, name="view-report"),
]

PROTOTYPE = ONE + "prototype/"
prototype_urls = [
    path(PROTOTYPE, prototypes.prototype, name="prototype"),
    path(PROTOTYPE + "share/", prototypes.move, {"to": "share"}, name="prototype-share"),
    path(PROTOTYPE + "withdraw/", prototypes.move, {"to": "withdraw"}, name="prototype-withdraw"),
    path(PROTOTYPE + "freeze/", prototypes.move, {"to": "freeze"}, name="prototype-freeze"),
    path(PROTOTYPE + "thaw/", prototypes.thaw, name="prototype-thaw"),
    path(PROTOTYPE + "pilots/new/", prototypes.pilot_new, name="pilot-new"),
    path(PROTOTYPE + "pilots/<int:pk>/end/", prototypes.pilot_end, name="pilot-end"),
    path(PROTOTYPE + "walkthroughs/new/", prototypes.walkthrough_new, name="walkthrough-new"),
    path(
        PROTOTYPE + "walkthroughs/<int:pk>/edit/",
        prototypes.walkthrough_edit,
        name="walkthrough-edit",
    ),
]

RUN = ONE + "validation/<int:pk>/"
validation_urls = [
    path(ONE + "validation/", validation.validation, name="validation"),
    path(ONE + "validation/new/", validation.begin, name="validation-new"),
    path(RUN, validation.detail, name="validation-run"),
    path(RUN + "edit/", validation.edit, name="validation-edit"),
    path(RUN + "sign/", validation.sign, name="validation-sign"),
    path(RUN + "tasks/new/", validation.task_new, name="task-new"),
    path(RUN + "tasks/<int:task>/edit/", validation.task_edit, name="task-edit"),
    path(RUN + "tasks/<int:task>/remove/", validation.task_remove, name="task-remove"),
    path(RUN + "results/new/", validation.result_new, name="result-new"),
    path(RUN + "figures/new/", validation.reconciliation_new, name="reconciliation-new"),
    path(
        RUN + "figures/<int:row>/remove/",
        validation.reconciliation_remove,
        name="reconciliation-remove",
    ),
    path(RUN + "answer/", answers.answer, name="validation-answer"),
    path(RUN + "answer/scale/", answers.sus, name="validation-sus"),
]

urlpatterns = page_urls + builder_urls + version_urls + lifecycle_urls
urlpatterns += prototype_urls + validation_urls + report_urls + usage_urls
