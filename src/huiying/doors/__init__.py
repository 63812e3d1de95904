"""门: who may come in. Thin views, one package a role, over the verbs of the stages."""
