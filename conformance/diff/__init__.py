"""`diff`: the same dialogues with two servers, and where their answers differ in meaning."""
