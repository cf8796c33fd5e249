package load

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fakeHub answers as the hub does for the network tiny/llama and counts what it is asked for.
func fakeHub(t *testing.T, files ...string) (*httptest.Server, *int) {
	t.Helper()
	const sha = "0123456789abcdef0123456789abcdef01234567"
	asked := new(int)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/models/tiny/llama/revision/main", func(w http.ResponseWriter, _ *http.Request) {
		*asked++
		info := map[string]any{"id": "tiny/llama", "sha": sha}
		var list []map[string]string
		for _, f := range files {
			list = append(list, map[string]string{"rfilename": f})
		}
		info["siblings"] = list
		if err := json.NewEncoder(w).Encode(info); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/tiny/llama/resolve/"+sha+"/", func(w http.ResponseWriter, r *http.Request) {
		name := filepath.Base(r.URL.Path)
		w.Header().Set("ETag", `"`+name+`-1"`)
		http.ServeFile(w, r, filepath.Join("testdata/hf/llama", name))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s, asked
}

func TestHubDownloadsOnce(t *testing.T) {
	s, asked := fakeHub(t, "config.json", "model.safetensors", "README.md", "onnx/model.onnx", "pytorch_model.bin")
	t.Setenv("HF_ENDPOINT", s.URL)
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_HUB_OFFLINE", "")
	d := machine(t, "go")
	if !Knows("tiny/llama") {
		t.Error("tiny/llama is not known as a name")
	}
	for range 2 {
		n, err := Open(context.Background(), d, "tiny/llama")
		if err != nil {
			t.Fatal(err)
		}
		if n.Label != "llama" {
			t.Errorf("its label is %q, want llama", n.Label)
		}
		compare(t, n.Model, "testdata/hf/llama/reference.safetensors", 1e-4)
		n.Close()
		if *asked > 3 {
			t.Errorf("the hub was asked %d times", *asked)
		}
		s.Close() // the second time there is no internet, and the cache has it
	}
}

func TestHubErrors(t *testing.T) {
	good, _ := fakeHub(t, "config.json", "pytorch_model.bin")
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct{ endpoint, name, want string }{
		{good.URL, "tiny/llama", "no config.json or no model.safetensors"},
		{good.URL, "tiny/other", "status 404"},
		{closed.URL, "tiny/llama", "give that folder"},
		{"http://" + silent.Addr().String(), "tiny/llama", "cannot be reached"},
		{"http://no-such-host.invalid", "tiny/llama", "cannot be reached"},
	} {
		s := store{endpoint: c.endpoint, cache: t.TempDir(), connect: 300 * time.Millisecond, stall: time.Minute}
		dir, err := s.folder(context.Background(), c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s from %s: %q, %v; want one line with %q", c.name, c.endpoint, dir, err, c.want)
		}
	}
	s := store{endpoint: good.URL, cache: t.TempDir(), connect: time.Second, stall: time.Minute}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.folder(cancelled, "tiny/llama"); err != context.Canceled {
		t.Errorf("a cancelled context gives %v", err)
	}
	s.offline = true
	if _, err := s.folder(context.Background(), "tiny/llama"); err == nil || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") {
		t.Errorf("offline: %v", err)
	}
}

// A download that stands still is given up, not waited for.
func TestHubStalls(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			_, _ = w.Write([]byte(`{"sha":"00","siblings":[{"rfilename":"config.json"},{"rfilename":"model.safetensors"}]}`))
			return
		}
		<-release
	}))
	defer s.Close()
	defer close(release)
	_, err := store{endpoint: s.URL, cache: t.TempDir(), connect: 5 * time.Second, stall: 200 * time.Millisecond}.folder(context.Background(), "a/b")
	if err == nil || !strings.Contains(err.Error(), "nothing has come") {
		t.Errorf("a stalled download gives %v", err)
	}
}

func TestHubNames(t *testing.T) {
	for name, want := range map[string]bool{
		"EleutherAI/pythia-14m": true, "Qwen/Qwen2.5-0.5B": true, "openai-community/gpt2": true,
		"gpt2": false, "testdata/nothing": false, "./a/b": false, "/a/b": false, "a/b/c": false, "../b": false, "a/..": false, "a/.b": false, "": false,
	} {
		if got := isHubName(name); got != want {
			t.Errorf("isHubName(%q) = %t", name, got)
		}
	}
}
