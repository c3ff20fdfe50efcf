"""The SFTP door: `manage.py sftp`. A practice's client sees its inbox and its outbox, and nothing else."""
