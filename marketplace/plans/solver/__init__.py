"""From open seats to a kept plan: build the instance, solve it in a process of its own, check the answer."""
