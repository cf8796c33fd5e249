package tokenizer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"nissl/internal/nissldata"
)

// shakespeare is the text that speed is measured with.
func shakespeare(b *testing.B) string {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(nissldata.Dir(b), "networks", "text", "tinyshakespeare.txt"))
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

func measure(b *testing.B, path, text string) {
	tok := open(b, path)
	b.SetBytes(int64(len(text)))
	n := 0
	for b.Loop() {
		n += len(tok.Encode(text))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mtokens/s")
}

func BenchmarkEncode(b *testing.B) {
	text := shakespeare(b)
	networks := filepath.Join(nissldata.Dir(b), "networks")
	b.Run("gpt2-50257", func(b *testing.B) { measure(b, filepath.Join(networks, "text", "gpt2_vocab.bpe"), text) })
	b.Run("stories260K", func(b *testing.B) { measure(b, filepath.Join(networks, "llama2c-stories260K"), text) })
	for _, name := range []string{"llama3", "qwen2", "digits", "llama2", "mistral", "bert", "unigram"} {
		b.Run(name, func(b *testing.B) { measure(b, "testdata/hf/"+name+".json", text) })
	}
	b.Run("llama2 one word", func(b *testing.B) { measure(b, "testdata/hf/llama2.json", strings.ReplaceAll(text, " ", "e")) })
	b.Run("gpt2 one word", func(b *testing.B) {
		measure(b, filepath.Join(networks, "text", "gpt2_vocab.bpe"), strings.Repeat("abcdefghij", 100000))
	})
}
