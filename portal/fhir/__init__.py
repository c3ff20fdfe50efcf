"""The door to a practice's FHIR R4 server: new documents are asked for and fetched, nothing is written there."""
