"""Each house rule, each layer and each banned call is shown to catch a planted fault."""
