"""What beat rings, how often (seconds), and after how many seconds an unheard ring is worth nothing."""

CELERY_BEAT_SCHEDULE = {
    "ring-due-jobs": {"task": "portal.ring_due_jobs", "schedule": 5.0, "options": {"expires": 10}},
    "seal-audit-trail": {"task": "portal.seal_audit_trail", "schedule": 20.0, "options": {"expires": 30}},
    "ring-readers": {"task": "portal.ring_readers", "schedule": 10.0, "options": {"expires": 20}},
    "sweep-uploads": {"task": "portal.sweep_uploads", "schedule": 600.0, "options": {"expires": 600}},
    "sweep-assignments": {"task": "coding.sweep_assignments", "schedule": 30.0, "options": {"expires": 60}},
    "watch-drift": {"task": "coding.watch_drift", "schedule": 86400.0, "options": {"expires": 3600}},
    "roll-up": {"task": "coding.roll_up", "schedule": 60.0, "options": {"expires": 55}},
    "lapse-disputes": {"task": "coding.lapse_disputes", "schedule": 600.0, "options": {"expires": 600}},
    "escalate-complaints": {"task": "feedback.escalate_complaints", "schedule": 300.0, "options": {"expires": 300}},
    "destroy-due": {"task": "portal.destroy_due", "schedule": 86400.0, "options": {"expires": 3600}},
    "remind-of-credentials": {
        "task": "portal.remind_of_credentials",
        "schedule": 43200.0,
        "options": {"expires": 3600},
    },
    "scrub-storage": {"task": "portal.scrub_storage", "schedule": 900.0, "options": {"expires": 600}},
    "ask-fhir-servers": {"task": "portal.ask_fhir_servers", "schedule": 900.0, "options": {"expires": 800}},
    "queue-due-reports": {"task": "coding.queue_due_reports", "schedule": 1800.0, "options": {"expires": 1700}},
    "renew-turns": {"task": "coding.renew_turns", "schedule": 3600.0, "options": {"expires": 1800}},
    "watch-dispatches": {"task": "portal.watch_dispatches", "schedule": 60.0, "options": {"expires": 60}},
    "push-work": {"task": "coding.push_work", "schedule": 30.0, "options": {"expires": 60}},
}
