// OpenAI's own client for Go against a double of its API: `run URL` prints a line for each case.
// Ends with status 1 if any case failed.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"math"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/realtime"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

const (
	model    = "gpt-4o-mini"
	question = "What is the weather in Paris?"
)

var (
	ctx    = context.Background()
	asked  = []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)}
	cities = map[string]any{
		"type": "object", "required": []string{"city"}, "additionalProperties": false,
		"properties": map[string]any{"city": map[string]any{"type": "string"}},
	}
	place = map[string]any{
		"type": "object", "required": []string{"city", "warm", "days"}, "additionalProperties": false,
		"properties": map[string]any{
			"city": map[string]any{"type": "string"}, "warm": map[string]any{"type": "boolean"},
			"days": map[string]any{"type": "array", "items": map[string]any{"type": "number"}},
		},
	}
)

type cases []struct {
	name string
	run  func(client openai.Client)
}

func must[T any](value T, err error) T {
	check(err == nil, err)
	return value
}

func check(holds bool, seen ...any) {
	if !holds {
		panic(fmt.Sprint(seen...))
	}
}

func chat() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: model, Messages: asked}
}

func text(words string) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: model, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(words)},
	}
}

func refused(err error, status int, code string) {
	var found *openai.Error
	check(errors.As(err, &found), err)
	check(found.StatusCode == status && found.Code == code, found.StatusCode, found.RawJSON())
}

func plain(client openai.Client) {
	params := chat()
	params.N, params.MaxCompletionTokens = openai.Int(2), openai.Int(7)
	found := must(client.Chat.Completions.New(ctx, params))
	check(len(found.Choices) == 2 && found.Choices[1].FinishReason == "length", found.RawJSON())
	check(found.Usage.CompletionTokens == 14, found.Usage.RawJSON())
}

func accumulated(client openai.Client) {
	whole := must(client.Chat.Completions.New(ctx, chat())).Choices[0].Message.Content
	params := chat()
	params.StreamOptions.IncludeUsage = openai.Bool(true)
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	sum, finished := openai.ChatCompletionAccumulator{}, ""
	for stream.Next() {
		check(sum.AddChunk(stream.Current()), "a chunk does not fit")
		if words, ok := sum.JustFinishedContent(); ok {
			finished = words
		}
	}
	check(stream.Err() == nil, stream.Err())
	check(sum.Choices[0].Message.Content == whole && finished == whole, sum.Choices[0].Message.Content, finished)
	check(sum.Usage.TotalTokens > 0, "no usage")
}

func tools(client openai.Client) {
	params := chat()
	weather := shared.FunctionDefinitionParam{Name: "get_weather", Parameters: cities, Strict: openai.Bool(true)}
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(weather)}
	stream := client.Chat.Completions.NewStreaming(ctx, params)
	sum, called := openai.ChatCompletionAccumulator{}, ""
	for stream.Next() {
		check(sum.AddChunk(stream.Current()), "a chunk does not fit")
		if call, ok := sum.JustFinishedToolCall(); ok {
			called = call.Name + call.Arguments
		}
	}
	check(stream.Err() == nil && called == `get_weather{"city": "Paris"}`, stream.Err(), called)
	message := sum.Choices[0].Message
	result := openai.ToolMessage("18 degrees", message.ToolCalls[0].ID)
	params.Messages = append(append(params.Messages[:1:1], message.ToParam()), result)
	last := must(client.Chat.Completions.New(ctx, params)).Choices[0]
	check(last.FinishReason == "stop" && strings.Contains(last.Message.Content, "18 degrees"), last.RawJSON())
}

func structured(client openai.Client) {
	params := chat()
	schema := shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "place", Schema: place, Strict: openai.Bool(true)}
	params.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: schema}
	content := must(client.Chat.Completions.New(ctx, params)).Choices[0].Message.Content
	var found struct {
		City *string
		Warm *bool
		Days []float64
	}
	check(json.Unmarshal([]byte(content), &found) == nil && found.City != nil && found.Warm != nil, content)
}

func failures(client openai.Client) {
	ask := func(change func(*openai.ChatCompletionNewParams), more ...option.RequestOption) error {
		params := chat()
		change(&params)
		_, err := client.Chat.Completions.New(ctx, params, append(more, option.WithMaxRetries(0))...)
		return err
	}
	same := func(*openai.ChatCompletionNewParams) {}
	refused(ask(func(p *openai.ChatCompletionNewParams) { p.Model = "gpt-9" }), 404, "model_not_found")
	refused(ask(same, option.WithAPIKey("sk-mock-unknown-go")), 401, "invalid_api_key")
	refused(ask(same, option.WithAPIKey("sk-mock-broke-go")), 429, "insufficient_quota")
	refused(ask(same, option.WithHeader("Prefer", "example=rate_limit_exceeded")), 429, "rate_limit_exceeded")
	var hot *openai.Error
	check(errors.As(ask(func(p *openai.ChatCompletionNewParams) { p.Temperature = openai.Float(3) }), &hot), "hot")
	check(hot.Param == "temperature" && hot.Type == "invalid_request_error", hot.RawJSON())
}

func retried(client openai.Client) {
	tries := []string{}
	count := func(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		tries = append(tries, request.Header.Get("X-Stainless-Retry-Count"))
		if len(tries) < 3 {
			request.Header.Set("Prefer", "example=rate_limit_exceeded")
		} else {
			request.Header.Del("Prefer")
		}
		response, err := next(request)
		if err == nil && len(tries) < 3 {
			check(response.Header.Get("Retry-After") != "", "no Retry-After")
		}
		return response, err
	}
	must(client.Chat.Completions.New(ctx, chat(), option.WithMiddleware(count), option.WithMaxRetries(2)))
	check(reflect.DeepEqual(tries, []string{"0", "1", "2"}), tries)
}

func broken(client openai.Client) {
	for _, pace := range []string{"error=3", "cut=3"} {
		stream := client.Chat.Completions.NewStreaming(ctx, chat(), option.WithHeader("proofsheet-stream", pace))
		number := 0
		for stream.Next() {
			number++
		}
		check(stream.Err() != nil && number == 4, pace, number, stream.Err())
	}
}

func vectors(client openai.Client) {
	params := openai.EmbeddingNewParams{
		Model: "text-embedding-3-small", Dimensions: openai.Int(8),
		Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"a cat", "a dog"}},
	}
	numbers := must(client.Embeddings.New(ctx, params))
	params.EncodingFormat = "base64"
	packed := must(client.Embeddings.New(ctx, params))
	for index, each := range numbers.Data {
		length := 0.0
		for place, number := range each.Embedding {
			length += number * number
			check(math.Abs(number-packed.Data[index].Embedding[place]) < 1e-6, "base64 differs")
		}
		check(len(each.Embedding) == 8 && math.Abs(length-1) < 1e-5, length)
	}
}

func listed(client openai.Client) {
	names := map[string]bool{}
	pages := client.Models.ListAutoPaging(ctx)
	for pages.Next() {
		names[pages.Current().ID] = true
	}
	check(pages.Err() == nil && names[model] && names["gpt-image-1-mini"] && names["tts-1"], pages.Err(), names)
	check(must(client.Models.Get(ctx, model)).OwnedBy == "system", "owned by another")
	moderated := must(client.Moderations.New(ctx, openai.ModerationNewParams{
		Input: openai.ModerationNewParamsInputUnion{OfString: openai.String("I will kill you")},
	}))
	check(moderated.Results[0].Flagged && moderated.Results[0].Categories.Violence, moderated.RawJSON())
}

func pictures(client openai.Client) {
	found := must(client.Images.Generate(ctx, openai.ImageGenerateParams{
		Model: "gpt-image-1-mini", Prompt: "A lighthouse", Size: "1024x1024", Background: "transparent",
	}))
	png := decoded(found.Data[0].B64JSON)
	shape, form, err := image.DecodeConfig(bytes.NewReader(png))
	check(err == nil && form == "png" && shape.Width == 1024, form, shape, err)
	file := openai.File(bytes.NewReader(png), "boat.png", "image/png")
	edit := openai.ImageEditParams{Model: "gpt-image-1-mini", Prompt: "A storm"}
	edit.Image = openai.ImageEditParamsImageUnion{OfFileArray: []io.Reader{file}}
	check(bytes.HasPrefix(decoded(must(client.Images.Edit(ctx, edit)).Data[0].B64JSON), []byte("\x89PNG")), "no PNG")
	stream := client.Images.GenerateStreaming(ctx, openai.ImageGenerateParams{
		Model: "gpt-image-1-mini", Prompt: "A boat", PartialImages: openai.Int(2),
	})
	kinds := []string{}
	for stream.Next() {
		kinds = append(kinds, stream.Current().Type)
	}
	partial, whole := "image_generation.partial_image", "image_generation.completed"
	check(stream.Err() == nil && reflect.DeepEqual(kinds, []string{partial, partial, whole}), kinds, stream.Err())
}

func decoded(text string) (found []byte) {
	check(json.Unmarshal([]byte(`"`+text+`"`), &found) == nil, "no base64")
	return found
}

func sound(client openai.Client) {
	words := "The quick brown fox."
	params := openai.AudioSpeechNewParams{Model: "tts-1", Input: words, ResponseFormat: "wav"}
	params.Voice.OfAudioSpeechNewsVoiceString2 = openai.String("alloy")
	response := must(client.Audio.Speech.New(ctx, params))
	speech := must(io.ReadAll(response.Body))
	check(bytes.HasPrefix(speech, []byte("RIFF")), len(speech))
	heard := must(client.Audio.Transcriptions.New(ctx, openai.AudioTranscriptionNewParams{
		Model: "whisper-1", File: openai.File(bytes.NewReader(speech), "fox.wav", "audio/wav"),
		ResponseFormat: "verbose_json",
	}))
	check(heard.Text == words && heard.Duration > 0 && len(heard.Segments) == 1, heard.RawJSON())
	other := must(client.Audio.Translations.New(ctx, openai.AudioTranslationNewParams{
		Model: "whisper-1", File: openai.File(bytes.NewReader(speech), "fox.wav", "audio/wav"),
	}))
	check(other.Text != "", other.RawJSON())
}

func response(client openai.Client) {
	first := must(client.Responses.New(ctx, text(question)))
	check(first.Status == "completed" && first.OutputText() != "", first.RawJSON())
	next := text("And in Rome?")
	next.PreviousResponseID = openai.String(first.ID)
	check(must(client.Responses.New(ctx, next)).Usage.InputTokens > first.Usage.TotalTokens, "nothing went on")
	kept := must(client.Responses.Get(ctx, first.ID, responses.ResponseGetParams{}))
	check(kept.OutputText() == first.OutputText(), kept.RawJSON())
	check(client.Responses.Delete(ctx, first.ID) == nil, "not deleted")
	_, err := client.Responses.Get(ctx, first.ID, responses.ResponseGetParams{})
	var gone *openai.Error
	check(errors.As(err, &gone) && gone.StatusCode == 404, err)
}

func responseStream(client openai.Client) {
	params := text(question)
	params.Tools = []responses.ToolUnionParam{responses.ToolParamOfFunction("get_weather", cities, true)}
	for _, each := range []responses.ResponseNewParams{text(question), params} {
		stream, sum := client.Responses.NewStreaming(ctx, each), responses.ResponseAccumulator{}
		for stream.Next() {
			var event responses.ResponsesServerEventUnion
			check(json.Unmarshal([]byte(stream.Current().RawJSON()), &event) == nil, "no event")
			check(sum.AddEvent(event) == nil, "an event does not fit", event.RawJSON())
		}
		check(stream.Err() == nil, stream.Err())
		whole, snapshot := must(client.Responses.New(ctx, each)), sum.Snapshot()
		check(snapshot.OutputText() == whole.OutputText(), snapshot.OutputText())
		check(snapshot.Output[0].Arguments == whole.Output[0].Arguments.OfString, snapshot.Output[0])
	}
}

func dialogue(client openai.Client) {
	opening := option.WithQuery("model", "gpt-realtime")
	talk := must(client.Realtime.Connect(ctx, realtime.RealtimeConnectionOptions{}, opening))
	defer talk.Close()
	for _, each := range []string{
		`{"type": "session.update", "session": {"type": "realtime", "output_modalities": ["text"]}}`,
		`{"type": "conversation.item.create", "item": {"type": "message", "role": "user",
		  "content": [{"type": "input_text", "text": "Tell me of whales"}]}}`,
		`{"type": "response.create"}`,
	} {
		check(talk.SendRaw(ctx, json.RawMessage(each)) == nil, "not sent")
	}
	said := ""
	for {
		raw := must(talk.RecvRaw(ctx))
		var event struct{ Type, Delta string }
		check(json.Unmarshal(raw, &event) == nil && event.Type != "error", string(raw))
		if event.Type == "response.output_text.delta" {
			said += event.Delta
		}
		if event.Type == "response.done" {
			break
		}
	}
	check(strings.Contains(said, "Tell me of whales"), said)
}

func main() {
	failed := false
	for number, each := range (cases{
		{"a conversation is answered", plain},
		{"chunks of a stream are accumulated", accumulated},
		{"a tool is called in a stream, answered, and spoken of", tools},
		{"an answer satisfies a schema", structured},
		{"errors are its own, with their members", failures},
		{"it tries again after the time that it is given", retried},
		{"a stream that breaks off is an error", broken},
		{"vectors are unpacked", vectors},
		{"models are listed, a text is moderated", listed},
		{"pictures are drawn, edited and streamed", pictures},
		{"a speech is spoken, and heard", sound},
		{"a response is kept, gone on from and deleted", response},
		{"events of a response are accumulated", responseStream},
		{"a dialogue is held over a WebSocket", dialogue},
	}) {
		key := option.WithAPIKey(fmt.Sprintf("sk-go-%d", number))
		client := openai.NewClient(option.WithBaseURL(os.Args[1]+"/v1"), key, option.WithUnsafeAllowHTTP())
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					failed = true
					fmt.Printf("FAILED %s\n%v\n", each.name, problem)
				} else {
					fmt.Printf("passed %s\n", each.name)
				}
			}()
			each.run(client)
		}()
	}
	if failed {
		os.Exit(1)
	}
}
