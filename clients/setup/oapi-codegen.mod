module tools

go 1.24

require github.com/oapi-codegen/oapi-codegen/v2 v2.8.2
