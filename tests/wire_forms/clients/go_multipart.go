package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"runtime"
)

func main() {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("prompt", os.Getenv("PROMPT"))
	form.WriteField("strength", "0.5")
	part, _ := form.CreateFormFile("image", os.Getenv("FILENAME"))
	data, _ := os.ReadFile(os.Getenv("PICTURE"))
	part.Write(data)
	form.Close()
	request, _ := http.NewRequest("POST", os.Getenv("URL"), &body)
	request.Header.Set("Authorization", "Bearer sk-test")
	request.Header.Set("Accept", "image/*")
	request.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
	fmt.Println("Go mime/multipart", runtime.Version())
}
