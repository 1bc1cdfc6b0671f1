package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
)

// form writes a typed body as multipart/form-data: oapi-codegen makes the type and leaves the writing to its user.
func form(body any, image []byte) (contentType string, made io.Reader, err error) {
	text, err := json.Marshal(body)
	if err != nil {
		return "", nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return "", nil, err
	}
	buffer := &bytes.Buffer{}
	writer := multipart.NewWriter(buffer)
	for name, value := range fields {
		var plain string
		if json.Unmarshal(value, &plain) != nil {
			plain = string(value) // numbers as they are
		}
		if err := writer.WriteField(name, plain); err != nil {
			return "", nil, err
		}
	}
	if image != nil {
		part, err := writer.CreateFormFile("image", "start.png")
		if err != nil {
			return "", nil, fmt.Errorf("image: %w", err)
		}
		if _, err := part.Write(image); err != nil {
			return "", nil, err
		}
	}
	return writer.FormDataContentType(), buffer, writer.Close()
}
