"""Names of the pages where a person's daily work is, by their audience."""

from marketplace.db import Audience

WORKPLACES = {
    Audience.AGENCY: "home.overview",
    Audience.FACILITY: "home.overview",
    Audience.COORDINATOR: "booking.offers",
}
# Where those begin who may have tasks before that.
START = "onboarding.start"
