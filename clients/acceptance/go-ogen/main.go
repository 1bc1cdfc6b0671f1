// The acceptance of capabilities.yaml by two clients of ogen: one takes JSON, one takes bytes.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	binary "acceptance/client_binary"
	api "acceptance/client_json"

	ht "github.com/ogen-go/ogen/http"
)

const seed = int64(4294967294)

var ctx = context.Background()

type key string

func (k key) Bearer(context.Context, api.OperationName) (api.Bearer, error) {
	return api.Bearer{Token: string(k)}, nil
}

type binaryKey string

func (k binaryKey) Bearer(context.Context, binary.OperationName) (binary.Bearer, error) {
	return binary.Bearer{Token: string(k)}, nil
}

// plain drops the parameters of Content-Type: Go's mime refuses the unquoted `application/json; type=image/png`.
type plain struct{}

func (plain) Do(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), ";")
		answer.Header.Set("Content-Type", kind)
	}
	return answer, err
}

var partly = errors.New("partly: the answer's Content-Type cannot be parsed, so a transport has to shorten it")

// client is a client as it comes; it cannot read pictures as JSON.
func client(name string) *api.Client {
	return clientWith(name, http.DefaultClient)
}

func clientWith(name string, transport ht.Client) *api.Client {
	made, err := api.NewClient(os.Getenv("BASE_URL"), key(name), api.WithClient(transport))
	if err != nil {
		panic(err)
	}
	return made
}

func core(name, prompt string, with ...func(*api.GenerateCoreReq)) (api.GenerateCoreRes, error) {
	request := &api.GenerateCoreReq{Prompt: api.Prompt(prompt)}
	for _, each := range with {
		each(request)
	}
	return clientWith(name, plain{}).GenerateCore(ctx, request, api.GenerateCoreParams{Accept: api.GenerateCoreAcceptApplicationJSON})
}

func file(picture []byte) api.OptMultipartFile {
	return api.NewOptMultipartFile(ht.MultipartFile{Name: "start.png", File: bytes.NewReader(picture)})
}

// ultra is refused with 400 because a picture needs a strength; with 413 if it is large.
func ultra(name string, picture []byte) (api.GenerateUltraRes, error) {
	request := &api.GenerateUltraReq{Prompt: "a lighthouse", Image: file(picture)}
	return client(name).GenerateUltra(ctx, request, api.GenerateUltraParams{Accept: api.GenerateUltraAcceptApplicationJSON})
}

func aPicture() ([]byte, error) {
	made, err := binary.NewClient(os.Getenv("BASE_URL"), binaryKey("sk-bytes"))
	if err != nil {
		return nil, err
	}
	request := &binary.GenerateCoreReq{Prompt: "a lighthouse"}
	answer, err := made.GenerateCore(ctx, request, binary.GenerateCoreParams{})
	if err != nil {
		return nil, err
	}
	picture, ok := answer.(*binary.PictureHeaders)
	if !ok {
		return nil, fmt.Errorf("came %T", answer)
	}
	return io.ReadAll(picture.Response)
}

func isPng(picture []byte) error {
	if !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		return fmt.Errorf("no PNG: %.40q", picture)
	}
	return nil
}

func main() {
	var picture []byte
	say("bytes", func() (err error) {
		if picture, err = aPicture(); err != nil {
			return err
		}
		return isPng(picture)
	})
	say("json", func() error {
		answer, err := core("sk-json", "a lighthouse")
		if made, ok := answer.(*api.PictureHeaders); ok {
			return errors.Join(isPng(made.Response.Image), partly)
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
	say("image-to-image", func() error {
		answer, err := clientWith("sk-image-to-image", plain{}).GenerateSd3(ctx, &api.GenerateSd3Req{
			Prompt:   "a lighthouse",
			Mode:     api.NewOptGenerateSd3ReqMode(api.GenerateSd3ReqModeImageToImage),
			Image:    file(picture),
			Strength: api.NewOptStrength(0.5),
		}, api.GenerateSd3Params{Accept: api.GenerateSd3AcceptApplicationJSON})
		if made, ok := answer.(*api.PictureHeaders); ok && len(made.Response.Image) > 0 {
			return partly
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
	say("seed", func() error {
		answer, err := core("sk-seed", "a lighthouse", func(request *api.GenerateCoreReq) {
			request.Seed = api.NewOptSeed(api.Seed(seed))
		})
		if made, ok := answer.(*api.PictureHeaders); ok && made.Response.Seed.Value == seed {
			return partly
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
	say("balance", func() error {
		answer, err := client("sk-balance").GetBalance(ctx, api.GetBalanceParams{})
		if made, ok := answer.(*api.Balance); ok && made.Credits > 0 {
			return nil
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
	say("v1", func() error {
		answer, err := client("sk-v1").TextToImage(ctx, &api.TextToImageRequest{
			TextPrompts: []api.TextPrompt{
				{Text: "a lighthouse", Weight: api.NewOptFloat32(1)},
				{Text: "fog", Weight: api.NewOptFloat32(-0.5)},
			},
			Samples: api.NewOptInt(2),
		}, api.TextToImageParams{EngineID: api.TextToImageEngineIDStableDiffusionXl1024V10})
		if made, ok := answer.(*api.GenerationResponseHeaders); ok && len(made.Response.Artifacts) == 2 {
			return nil
		}
		return fmt.Errorf("came %T: %w", answer, err)
	})
	refusals(picture)
}

func refusals(picture []byte) {
	say("error-400", func() error {
		answer, err := ultra("sk-error-400", picture)
		made, _ := answer.(*api.BadRequestHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-401", func() error {
		answer, err := core("sk-mock-unknown", "a cat")
		made, _ := answer.(*api.UnauthorizedHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-403", func() error {
		answer, err := core("sk-error-403", "mock:flagged")
		made, _ := answer.(*api.ContentModerationHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-413", func() error {
		answer, err := ultra("sk-error-413", make([]byte, 11<<20))
		made, _ := answer.(*api.PayloadTooLargeHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-422", func() error {
		answer, err := core("sk-error-422", "mock:language")
		made, _ := answer.(*api.RejectedHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-429", func() error {
		answer, err := core("sk-error-429", "a cat")
		made, _ := answer.(*api.RateLimitedHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
	say("error-500", func() error {
		answer, err := core("sk-error-500", "mock:error")
		made, _ := answer.(*api.InternalErrorHeaders)
		return told(made != nil, func() api.Error { return made.Response }, answer, err)
	})
}

// told is nil if the error is of the type that the document has for its status, and says something.
func told(typed bool, refusal func() api.Error, answer any, err error) error {
	if !typed {
		return fmt.Errorf("came %T: %w", answer, err)
	}
	if refusal().Name == "" || len(refusal().Errors) == 0 {
		return fmt.Errorf("%T says nothing", answer)
	}
	return nil
}
