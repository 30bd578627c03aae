from django.urls import path

from evaluation.views import (
    campaigns,
    findings,
    impact,
    overview,
    rectifications,
    results,
    returns,
    runs,
    tallies,
    values,
)

app_name = "evaluation"
urlpatterns = [
    path("overview/", overview.overview_page, name="overview"),
    path("findings/runs/", runs.run_list, name="runs"),
    path("findings/runs/<int:pk>/", runs.run_detail, name="run"),
    path("findings/runs/<int:pk>/cancel/", runs.run_cancel, name="run_cancel"),
    path("findings/", findings.finding_list, name="findings"),
    path("findings/<int:pk>/", findings.finding_detail, name="finding"),
    path("findings/<int:pk>/rectify/", findings.rectification_ask, name="rectification_ask"),
    path("rectifications/", rectifications.rectification_list, name="rectifications"),
    path("rectifications/<int:pk>/", rectifications.rectification_detail, name="rectification"),
    *(
        path(
            f"rectifications/<int:pk>/{act}/",
            rectifications.rectification_act,
            {"act": act},
            name=f"rectification_{act}",
        )
        for act in rectifications.ACTS
    ),
    path(
        "rectifications/<int:pk>/proofs/<int:step>/",
        rectifications.rectification_proof,
        name="rectification_proof",
    ),
    path("impact/drafts/<int:draft>/", impact.impact_of_draft, name="impact_of_draft"),
    path("impact/<int:pk>/", impact.impact_detail, name="impact"),
    path("impact/<int:pk>/cancel/", impact.impact_cancel, name="impact_cancel"),
    path("tallies/<slug:code>/", tallies.tallies, name="tallies"),
    path("returns/", returns.return_list, name="returns"),
    path("returns/<slug:kind>/<int:pk>/<int:year>/", returns.return_detail, name="return"),
    path(
        "returns/<slug:kind>/<int:pk>/<int:year>/items/<slug:key>/", returns.return_item, name="return_item"
    ),
    path("returns/<slug:kind>/<int:pk>/<int:year>/copy/", returns.return_copy, name="return_copy"),
    path("returns/<slug:kind>/<int:pk>/<int:year>/hand-in/", returns.return_hand_in, name="return_hand_in"),
    path("declarations/<int:pk>/decide/", returns.declaration_decide, name="declaration_decide"),
    path("declarations/<int:pk>/file/", returns.declaration_file, name="declaration_file"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign"),
    path("campaigns/<int:pk>/open/", campaigns.campaign_open, name="campaign_open"),
    path("campaigns/<int:pk>/score/", campaigns.campaign_score, name="campaign_score"),
    path("campaigns/<int:pk>/publish/", campaigns.campaign_publish, name="campaign_publish"),
    path("campaigns/<int:pk>/reopen/", campaigns.campaign_reopen, name="campaign_reopen"),
    path("campaigns/<int:pk>/workbook/", values.campaign_workbook, name="campaign_workbook"),
    path("campaigns/<int:pk>/values/", values.campaign_values, name="campaign_values"),
    path("campaigns/<int:pk>/ranking/", results.ranking, name="ranking"),
    path("campaigns/<int:pk>/sheets/<int:participant>/", results.score_sheet, name="score_sheet"),
    path("campaigns/schemes/<int:pk>/", results.scheme_detail, name="scheme"),
]
