"""The catalogue as YAML files in a folder."""
