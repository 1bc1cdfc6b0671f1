module proofsheet-acceptance-openai

go 1.26.0

require github.com/openai/openai-go/v3 v3.98.0
