// The acceptance of capabilities.yaml by one client of oapi-codegen, which takes both forms of answer.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	api "acceptance/client_full"
)

const seed = int64(4294967294)

var (
	ctx = context.Background()
	// what stays to be done by hand for each form
	partly = errors.New("partly: the form's type is generated, writing it as multipart is not (form.go does)")
)

// client sends the key and says which form of answer is wanted.
func client(key, accept string) *api.ClientWithResponses {
	made, err := api.NewClientWithResponses(os.Getenv("BASE_URL"),
		api.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
			request.Header.Set("Authorization", "Bearer "+key)
			request.Header.Set("Accept", accept)
			return nil
		}))
	if err != nil {
		panic(err)
	}
	return made
}

func core(key, accept string, body api.GenerateCoreMultipartRequestBody) (*api.GenerateCoreResponse, error) {
	contentType, made, err := form(body, nil)
	if err != nil {
		return nil, err
	}
	return client(key, accept).GenerateCoreWithBodyWithResponse(ctx, nil, contentType, made)
}

// asked is core for JSON with a prompt.
func asked(key, prompt string) (*api.GenerateCoreResponse, error) {
	return core(key, "application/json", api.GenerateCoreMultipartRequestBody{Prompt: prompt})
}

// ultra is refused with 400 because a picture needs a strength; with 413 if it is large.
func ultra(key string, image []byte) (*api.GenerateUltraResponse, error) {
	contentType, made, err := form(api.GenerateUltraMultipartRequestBody{Prompt: "a lighthouse"}, image)
	if err != nil {
		return nil, err
	}
	return client(key, "application/json").GenerateUltraWithBodyWithResponse(ctx, nil, contentType, made)
}

func isPng(picture []byte) error {
	if !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		return fmt.Errorf("no PNG: %.40q", picture)
	}
	return nil
}

// told is nil if an error came as the type that the document has for it.
func told(came string, name string, texts []string, err error) error {
	if err != nil {
		return err
	}
	if name == "" || len(texts) == 0 || texts[0] == "" {
		return fmt.Errorf("%s: no typed error", came)
	}
	return nil
}

func main() {
	var picture []byte
	say("bytes", func() error {
		answer, err := core("sk-bytes", "image/*", api.GenerateCoreMultipartRequestBody{Prompt: "a lighthouse"})
		if err != nil {
			return err
		}
		picture = answer.Body
		return errors.Join(isPng(picture), partly)
	})
	say("json", func() error {
		answer, err := asked("sk-json", "a lighthouse")
		if err != nil {
			return err
		}
		if answer.JSON200 == nil {
			return fmt.Errorf("%s %.100s", answer.Status(), answer.Body)
		}
		return errors.Join(isPng(answer.JSON200.Image), partly)
	})
	say("image-to-image", func() error {
		mode, strength := api.GenerateSd3MultipartBodyMode("image-to-image"), api.Strength(0.5)
		body := api.GenerateSd3MultipartRequestBody{Prompt: "a lighthouse", Mode: &mode, Strength: &strength}
		contentType, made, err := form(body, picture)
		if err != nil {
			return err
		}
		wanted := client("sk-image-to-image", "application/json")
		answer, err := wanted.GenerateSd3WithBodyWithResponse(ctx, nil, contentType, made)
		if err != nil {
			return err
		}
		if answer.JSON200 == nil {
			return fmt.Errorf("%s %.100s", answer.Status(), answer.Body)
		}
		return partly
	})
	say("seed", func() error {
		wanted := api.Seed(seed)
		body := api.GenerateCoreMultipartRequestBody{Prompt: "a lighthouse", Seed: &wanted}
		answer, err := core("sk-seed", "application/json", body)
		if err != nil {
			return err
		}
		if answer.JSON200 == nil || answer.JSON200.Seed == nil || *answer.JSON200.Seed != seed {
			return fmt.Errorf("%s %.100s", answer.Status(), answer.Body)
		}
		return partly
	})
	say("balance", func() error {
		answer, err := client("sk-balance", "application/json").GetBalanceWithResponse(ctx, nil)
		if err != nil {
			return err
		}
		if answer.JSON200 == nil || answer.JSON200.Credits <= 0 {
			return fmt.Errorf("%s %.100s", answer.Status(), answer.Body)
		}
		return nil
	})
	say("v1", func() error {
		light, fog, samples := float32(1), float32(-0.5), 2
		answer, err := client("sk-v1", "application/json").TextToImageWithResponse(ctx,
			"stable-diffusion-xl-1024-v1-0", nil, api.TextToImageRequest{
				TextPrompts: []api.TextPrompt{{Text: "a lighthouse", Weight: &light}, {Text: "fog", Weight: &fog}},
				Samples:     &samples,
			})
		if err != nil {
			return err
		}
		if answer.JSON200 == nil || answer.JSON200.Artifacts == nil || len(*answer.JSON200.Artifacts) != 2 {
			return fmt.Errorf("%s %.100s", answer.Status(), answer.Body)
		}
		return nil
	})
	refusals(picture)
}

func refusals(picture []byte) {
	say("error-400", func() error {
		answer, err := ultra("sk-error-400", picture)
		if err != nil || answer.JSON400 == nil {
			return errors.Join(err, errors.New("no JSON400"))
		}
		return told(answer.Status(), answer.JSON400.Name, answer.JSON400.Errors, nil)
	})
	say("error-401", func() error {
		answer, err := asked("sk-mock-unknown", "a cat")
		if err != nil || answer.JSON401 == nil {
			return errors.Join(err, errors.New("no JSON401"))
		}
		return told(answer.Status(), answer.JSON401.Name, answer.JSON401.Errors, nil)
	})
	say("error-403", func() error {
		answer, err := asked("sk-error-403", "mock:flagged")
		if err != nil || answer.JSON403 == nil {
			return errors.Join(err, errors.New("no JSON403"))
		}
		return told(answer.Status(), answer.JSON403.Name, answer.JSON403.Errors, nil)
	})
	say("error-413", func() error {
		answer, err := ultra("sk-error-413", make([]byte, 11<<20))
		if err != nil || answer.JSON413 == nil {
			return errors.Join(err, errors.New("no JSON413"))
		}
		return told(answer.Status(), answer.JSON413.Name, answer.JSON413.Errors, nil)
	})
	say("error-422", func() error {
		answer, err := asked("sk-error-422", "mock:language")
		if err != nil || answer.JSON422 == nil {
			return errors.Join(err, errors.New("no JSON422"))
		}
		return told(answer.Status(), answer.JSON422.Name, answer.JSON422.Errors, nil)
	})
	say("error-429", func() error {
		answer, err := asked("sk-error-429", "a cat")
		if err != nil || answer.JSON429 == nil {
			return errors.Join(err, errors.New("no JSON429"))
		}
		return told(answer.Status(), answer.JSON429.Name, answer.JSON429.Errors, nil)
	})
	say("error-500", func() error {
		answer, err := asked("sk-error-500", "mock:error")
		if err != nil || answer.JSON500 == nil {
			return errors.Join(err, errors.New("no JSON500"))
		}
		return told(answer.Status(), answer.JSON500.Name, answer.JSON500.Errors, nil)
	})
}
