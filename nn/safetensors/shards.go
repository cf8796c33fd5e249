package safetensors

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

// openShards opens the tensors that an index lists, and the files in which they are.
func openShards(index string) (*File, error) {
	where, meta, err := readIndex(index)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index, err)
	}
	f := &File{path: index, byKey: map[string]entry{}, meta: meta}
	shards := map[string]map[string]entry{}
	f.names = make([]string, 0, len(where))
	for name := range where {
		f.names = append(f.names, name)
	}
	sort.Strings(f.names)
	for _, name := range f.names {
		shard := where[name]
		if shards[shard] == nil {
			if shards[shard], _, err = f.open(filepath.Join(filepath.Dir(index), shard)); err != nil {
				f.Close()
				if os.IsNotExist(err) {
					err = fmt.Errorf("%s: shard %s, which holds tensor %q, is not in the folder: copy it there too", index, shard, name)
				}
				return nil, err
			}
		}
		e, ok := shards[shard][name]
		if !ok {
			f.Close()
			return nil, fmt.Errorf("%s: tensor %q is not in shard %s, where the index has it: the files are not of one network", index, name, shard)
		}
		f.byKey[name] = e
	}
	return f, nil
}

// readIndex reads which file holds each tensor.
func readIndex(path string) (map[string]string, map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxHeader+1))
	switch {
	case err != nil:
		return nil, nil, err
	case len(text) > maxHeader:
		return nil, nil, fmt.Errorf("more than %d bytes: not an index of shards", maxHeader)
	case !utf8.Valid(text):
		return nil, nil, fmt.Errorf("not UTF-8 text: not an index of shards")
	}
	var index struct {
		Metadata map[string]any    `json:"metadata"`
		Where    map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil {
		return nil, nil, fmt.Errorf("not an index of shards: %w", jsonError(err))
	}
	if len(index.Where) == 0 {
		return nil, nil, fmt.Errorf("no tensors in \"weight_map\": not an index of shards")
	}
	for name, shard := range index.Where {
		if !filepath.IsLocal(shard) || strings.ContainsAny(shard, `/\`) || strings.HasSuffix(shard, ".index.json") {
			return nil, nil, fmt.Errorf("tensor %q: %q is not the name of a file in this folder", name, shard)
		}
	}
	meta := map[string]string{}
	for k, v := range index.Metadata {
		meta[k] = fmt.Sprint(v)
		if n, ok := v.(float64); ok { // total_size as a whole number
			meta[k] = fmt.Sprintf("%.0f", n)
		}
	}
	return index.Where, meta, nil
}
