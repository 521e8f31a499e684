"""The lists of the agency: kinds of work, duties, credential types, compact states, rate guidance."""
