"""What the pages share: navigation, session, queries, commands, formatting, charts, components."""
