"""The description that is made of the API; nothing here comes from the environment."""

SPECTACULAR_SETTINGS = {
    "TITLE": "Chartline API",
    "DESCRIPTION": "Send charts, follow batches, fetch results, talk about them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "BatchStatusEnum": "portal.rules.lifecycle.BatchStatus",
        "ChartStatusEnum": "portal.rules.intake.ChartStatus",
        "SideEnum": "feedback.rules.talk.Side",
    },
}
