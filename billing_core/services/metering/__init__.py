"""What a model call used, read from whatever tells it: response bodies, streams, spans, CloudEvents."""
