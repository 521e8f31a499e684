"""The events of the demo beside the ordinary weeks: one file for each kind of event, each done by the product's own acts."""
