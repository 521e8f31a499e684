"""The glue between Flask and the concepts: guards, finding, transactions, forms, paging. It knows no concept."""
