"""The matching plan in the product: who is proposed for every open seat, what people wish otherwise, and making it true."""
