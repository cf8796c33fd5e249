// Package load opens trained networks: a folder as Hugging Face lays it out (config.json, safetensors,
// tokenizer.json), a llama2.c .bin, an ONNX file, or anything that a network.toml beside the weights
// describes.
package load
