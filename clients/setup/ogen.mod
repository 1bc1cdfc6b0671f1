module tools

go 1.24

require github.com/ogen-go/ogen v1.8.0
