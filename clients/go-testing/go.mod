module github.com/proofsheet/proofsheet/clients/go-testing

go 1.21
