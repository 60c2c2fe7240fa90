#include "fuzz.hpp"

#include "exchange/model_hints.hpp"
#include "io/arrays/json_arrays.hpp"
#include "playground/json/state_json.hpp"

AP_FUZZ_TARGET(data, size) {
  const std::string_view text = ap::fuzz::text(data, size);
  const auto arrays = ap::read_json_arrays(text, "fuzz");
  for (std::size_t i = 0; arrays && i < arrays->arrays.size(); ++i)
    ap::fuzz::require(arrays->arrays[i].array.array.data.size() <= size);
  (void)ap::read_model_hints(text, "fuzz");
  (void)ap::shard_names(text, "fuzz");
  const auto document = ap::document_from_json(text);
  if (!document) return 0;
  ap::fuzz::require(ap::validate(*document).has_value());
  // Round trip: small ones alone, for the speed of the others.
  if (size > 20000) return 0;
  std::int64_t cells = 0;
  for (const ap::Layer& layer : document->model.layers)
    cells += layer.q.weight->size() + layer.o.weight->size();
  if (cells > 20000 || document->query.embeddings->size() > 20000) return 0;
  const auto again = ap::document_from_json(ap::to_json(*document));
  ap::fuzz::require(again && *again == *document);
  return 0;
}
