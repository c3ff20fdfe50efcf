"""Addresses of running the work: overview, encounters, deliveries, code lookup."""

from django.urls import path

from coding.views import (
    browser,
    code_lists,
    codes,
    deliveries,
    double_key_rules,
    levels,
    numbers,
    operations,
    output,
    queries,
    reopening,
)

urlpatterns = [
    path("find/", numbers.find, name="find"),
    path("codes/", codes.code_lookup, name="code-lookup"),
    path("codes/browse/", browser.browser, name="browser"),
    path("codes/lists/", code_lists.code_lists, name="code-lists"),
    path("codes/lists/files/<int:pk>/", code_lists.code_file, name="code-file"),
    path("codes/favourite/", codes.favourite, name="favourite-code"),
    path("deliveries/<int:pk>/", deliveries.delivery, name="delivery"),
    path("batches/<int:pk>/encounters/", deliveries.batch_encounters, name="batch-encounters"),
    path("levels/", levels.levels, name="levels"),
    path("levels/<int:pk>/", levels.levels, name="person-levels"),
    path("queries/", queries.queries, name="queries"),
    path("queries/<int:pk>/", queries.query, name="query"),
    path("queries/<int:pk>/answer/", queries.answer, name="query-answer"),
    path("queries/<int:pk>/withdraw/", queries.withdraw, name="query-withdraw"),
    path("queries/<int:pk>/remind/", queries.remind, name="query-remind"),
    path("queries/<int:pk>/close/", queries.close, name="query-close"),
    path("double-key/", double_key_rules.rules, name="double-key"),
    path("double-key/<int:pk>/", double_key_rules.rule, name="double-key-practice"),
    path("practices/<int:pk>/results/", output.output, name="output"),
    path("practices/<int:pk>/results/<slug:kind>/", output.output, name="output-format"),
    path("operations/", operations.operations, name="operations"),
    path("operations/figures/", operations.figures, name="operations-figures"),
    path("operations/encounters/", operations.encounters, name="operations-encounters"),
    path("encounters/<int:pk>/reopen/", reopening.reopen_view, name="reopen"),
    path("operations/jobs/<int:pk>/try-again/", operations.try_again, name="job-try-again"),
]
