"""Why a solve ended without a plan, in terms of the instance's own rows and columns."""
