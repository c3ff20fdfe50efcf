"""Addresses of people, practices, keys, the trail and one's own account."""

from django.urls import path

from portal.views import account, audit, keyboard, notice_wishes, people, practices, tokens

urlpatterns = [
    path("join/<str:token>", account.join, name="join"),
    path("unlock/", account.unlock, name="unlock"),
    path("keep-alive/", account.keep_alive, name="keep_alive"),
    path("security/", account.security, name="security"),
    path("appearance/", account.appearance, name="appearance"),
    path("keyboard/", keyboard.keyboard, name="keyboard"),
    path("notifications/", notice_wishes.notifications, name="notifications"),
    path("keyboard/single-keys/", keyboard.single_keys, name="single_keys"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/invitations/<int:pk>/resend/", people.invitation_resend, name="invitation_resend"),
    path("people/invitations/<int:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/roles/", people.person_roles, name="person_roles"),
    path("people/<int:pk>/work/", people.person_work, name="person_work"),
    path("people/<int:pk>/client-rules/", people.person_rule_add, name="person_rule_add"),
    path("people/<int:pk>/client-rules/<int:rule>/remove/", people.person_rule_remove, name="person_rule_remove"),
    path("people/<int:pk>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<int:pk>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/<int:pk>/sessions/", people.person_sessions, name="person_sessions"),
    path("people/<int:pk>/keys/revoke/", people.person_keys, name="person_keys"),
    path("people/<int:pk>/second-factor/", people.person_second_factor, name="person_second_factor"),
    path("practices/", practices.practices, name="practices"),
    path("practices/new/", practices.practice_create, name="practice_create"),
    path("practices/<int:pk>/", practices.practice, name="practice"),
    path("practices/<int:pk>/edit/", practices.practice_edit, name="practice_edit"),
    path("practices/<int:pk>/contract/", practices.practice_contract, name="practice_contract"),
    path("practices/<int:pk>/recipients/", practices.practice_recipients, name="practice_recipients"),
    path("practices/<int:pk>/<slug:kind>/new/", practices.practice_part, name="practice_part_add"),
    path("practices/<int:pk>/<slug:kind>/<int:part>/", practices.practice_part, name="practice_part"),
    path("api-keys/", tokens.tokens, name="tokens"),
    path("api-keys/new/", tokens.token_create, name="token_create"),
    path("api-keys/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.audit_export, name="audit_export"),
]
