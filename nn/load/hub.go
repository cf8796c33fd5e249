package load

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/go-huggingface/hub"

	"nissl/nn/safetensors"
)

// store is where networks come from that are named instead of given: the Hugging Face hub, and the cache
// of what was downloaded, which nissl shares with Hugging Face's own programs.
type store struct {
	endpoint, cache string
	token           string        // for networks that are not open to all
	offline         bool          // use the cache only
	connect         time.Duration // longest wait for the hub's first answer
	stall           time.Duration // longest wait for the next byte
}

// newStore is the store that the environment variables of Hugging Face describe: HF_ENDPOINT,
// HF_HUB_CACHE or HF_HOME, HF_TOKEN, HF_HUB_OFFLINE.
func newStore() store {
	s := store{endpoint: strings.TrimSuffix(cmp.Or(os.Getenv("HF_ENDPOINT"), "https://huggingface.co"), "/"),
		cache: os.Getenv("HF_HUB_CACHE"), token: os.Getenv("HF_TOKEN"), connect: 10 * time.Second, stall: time.Minute}
	if home := os.Getenv("HF_HOME"); s.cache == "" && home != "" {
		s.cache = filepath.Join(home, "hub")
	}
	s.cache = cmp.Or(s.cache, hub.DefaultCacheDir())
	offline := os.Getenv("HF_HUB_OFFLINE")
	s.offline = offline != "" && offline != "0"
	return s
}

// isHubName says whether a path that does not exist can be the name OWNER/NAME of a network on the hub. A
// folder called OWNER makes it a path that was mistyped.
func isHubName(name string) bool {
	if ok, _ := regexp.MatchString(`^[A-Za-z0-9][\w-]*(\.[\w-]+)*/[A-Za-z0-9][\w-]*(\.[\w-]+)*$`, name); !ok {
		return false
	}
	if _, err := os.Lstat(name); err == nil {
		return false
	}
	_, err := os.Lstat(path.Dir(name))
	return err != nil
}

// folder is that of the named network in the cache, after downloading it where it is not there yet.
func (s store) folder(ctx context.Context, name string) (string, error) {
	if dir := s.cached(name); dir != "" {
		return dir, nil
	}
	const instead = "download its config.json, model.safetensors and tokenizer.json to a folder where there is internet, and give that folder"
	if s.offline {
		return "", fmt.Errorf("%s: no such file, nor a network of that name in %s, and HF_HUB_OFFLINE is set: %s", name, s.cache, instead)
	}
	status, err := s.ask(ctx, name)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", fmt.Errorf("%s: no such file, and the hub cannot be reached (%w): %s", name, err, instead)
	case status == http.StatusNotFound, status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "", fmt.Errorf("%s: no such file, nor a network of that name that is open to you on the hub (status %d): check the name; HF_TOKEN holds the token for closed ones", name, status)
	case status != http.StatusOK:
		return "", fmt.Errorf("%s: the hub answers with status %d: try again later, or %s", name, status, instead)
	}
	if err := s.download(ctx, name); err != nil {
		return "", fmt.Errorf("%s: downloading from the hub to %s: %w", name, s.cache, err)
	}
	if dir := s.cached(name); dir != "" {
		return dir, nil
	}
	return "", fmt.Errorf("%s: what the hub has is not complete: expected config.json and model.safetensors", name)
}

// repo is the folder of a network in the cache.
func (s store) repo(name string) string {
	return filepath.Join(s.cache, "models--"+strings.ReplaceAll(name, "/", "--"))
}

// cached is the newest complete snapshot in the cache, "" where there is none.
func (s store) cached(name string) string {
	snapshots := filepath.Join(s.repo(name), "snapshots")
	entries, err := os.ReadDir(snapshots)
	if err != nil {
		return ""
	}
	age := func(e fs.DirEntry) int64 {
		info, err := e.Info()
		if err != nil {
			return 0
		}
		return -info.ModTime().UnixNano()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(age(a), age(b)) })
	for _, e := range entries {
		dir := filepath.Join(snapshots, e.Name())
		if !isHuggingFace(dir, true) {
			continue
		}
		if f, err := safetensors.Open(dir); err == nil {
			f.Close()
			return dir
		}
	}
	return ""
}

// ask finds out within a bounded time whether the hub answers and has the network.
func (s store) ask(ctx context.Context, name string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.connect)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.endpoint+"/api/models/"+name+"/revision/main", nil)
	if err != nil {
		return 0, err
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return answer.StatusCode, answer.Body.Close()
}

// download fetches the files that make up the network. It gives up when ctx ends or nothing comes any more.
func (s store) download(ctx context.Context, name string) error {
	r := hub.New(name).WithEndpoint(s.endpoint).WithCacheDir(s.cache).WithAuth(s.token)
	r.Verbosity = 0 // it would write to the standard output
	done := make(chan error, 1)
	go func() { // the library takes no context
		files, err := wanted(r)
		if err == nil {
			_, err = r.DownloadFiles(files...)
		}
		done <- err
	}()
	tick := time.NewTicker(s.stall / 20)
	defer tick.Stop()
	size, since := int64(0), time.Now()
	for {
		select {
		case err := <-done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if n := bytesIn(s.repo(name)); n != size {
				size, since = n, time.Now()
			} else if time.Since(since) > s.stall {
				return fmt.Errorf("nothing has come for %v, after %d bytes: try again", s.stall, size)
			}
		}
	}
}

// wanted are the files of a network that nissl reads.
func wanted(r *hub.Repo) ([]string, error) {
	var files []string
	weights := false
	for file, err := range r.IterFileNames() {
		if err != nil {
			return nil, err
		}
		switch {
		case path.Dir(file) != "." && file != "1_Pooling/config.json":
			continue
		case strings.HasPrefix(file, "model") && strings.HasSuffix(file, ".safetensors"):
			weights = true
		case !slices.Contains([]string{"config.json", safetensors.IndexFile, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
			"vocab.json", "merges.txt", "vocab.txt", "modules.json", "preprocessor_config.json", "1_Pooling/config.json"}, file):
			continue
		}
		files = append(files, file)
	}
	if !weights || !slices.Contains(files, configFile) {
		return nil, fmt.Errorf("it has no config.json or no model.safetensors: nissl runs no pickled weights; convert them with transformers' save_pretrained")
	}
	return files, nil
}

// bytesIn is the size of all files in a folder.
func bytesIn(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			if info, err := e.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil // what vanishes in between counts nothing
	})
	return n
}
