#include "bench/runner.h"

#include <algorithm>
#include <filesystem>
#include <new>
#include <optional>

#include "bench/commands/dispatch.h"
#include "bench/files.h"
#include "bench/machine.h"
#include "bench/network.h"
#include "bench/scoring.h"
#include "bench/subset.h"
#include "bench/tally_file.h"
#include "datasets/prepare.h"
#include "models/registry.h"
#include "models/sha256.h"

namespace bench {
namespace {

struct Chosen {
  NetworkSource source;
  RunRecord::Model model;
  std::vector<PublishedFigure> published;
  std::string requantization;
};

Chosen choose_file(const Case& one) {
  if (one.prepare.empty() || one.decode.empty()) {
    throw Error(Fault::usage, "a network file (" + one.model + ") needs --prepare and --decode");
  }
  Chosen chosen;
  chosen.source = {one.model, one.prepare, one.decode, {}};
  chosen.model.name = std::filesystem::path(one.model).filename();
  return chosen;
}

Chosen choose_card(const RunRequest& request, const Case& one) {
  const ModelCard& card = find_model_card(one.model);
  Chosen chosen;
  chosen.source.path = find_weights(card, request.weights).path;
  chosen.source.prepare = one.prepare.empty() ? card.prepare : one.prepare;
  chosen.source.decode = one.decode.empty() ? card.decode : one.decode;
  if (one.decode.empty()) chosen.source.output = card.output;
  if (one.prepare.empty()) chosen.source.input = card.input;
  chosen.requantization = card.requantization;
  chosen.model.name = card.name;
  chosen.model.origin = card.origin;
  chosen.model.licence = card.licence;
  if (card.task == request.suite.dataset) chosen.published = card.published;
  return chosen;
}

NetworkOptions options_of(const Case& one, const Chosen& chosen) {
  NetworkOptions options;
  options.recipe = one.calibrated_recipe();
  const std::string& mode = one.requantization.empty() ? chosen.requantization : one.requantization;
  if (!mode.empty()) {
    options.compile.requantization = find(requantizations(), "requantization", mode).make;
  }
  options.compile.integer_only = one.integer_only;
  if (!one.binary_engine.empty()) {
    options.compile.binary_engine = find(binary_engines(), "binary engine", one.binary_engine).make;
  }
  return options;
}

// A network knows the images its ranges were chosen by.
void warn_of_shared_images(RunRecord& record, const JournalReader& journal,
                           const CalibrationImages& calibration, std::size_t images) {
  std::size_t shared = 0;
  for (std::size_t index = 0; index < images; ++index) {
    if (journal.has(index) && calibration.holds(journal.entry(index).image_sha256)) ++shared;
  }
  if (shared == 0) return;
  record.warnings.push_back(std::to_string(shared) +
                            " of the images judged were also calibrated "
                            "with; give others with --calibration-data");
}

void end_with(CaseResult& result, Fault fault, const std::string& message) {
  result.record.status = "failed";
  result.record.error = message;
  result.exit_code = exit_code(fault);
}

}  // namespace

OpenedCase open_case(const RunRequest& request, const Case& one, const Dataset& dataset) {
  Chosen chosen = is_network_file(one.model) ? choose_file(one) : choose_card(request, one);
  NetworkOptions options = options_of(one, chosen);
  std::optional<CalibrationImages> calibration;
  if (needs_images(options.recipe)) {
    calibration.emplace(one.calibration, &dataset, find_preparation(chosen.source.prepare));
    options.calibration = &*calibration;
  }
  return {make_ready(chosen.source, options), std::move(calibration), std::move(chosen.model),
          std::move(chosen.published)};
}

RunRecord begin_record(const RunRequest& request, const Case& one, const Dataset& dataset) {
  RunRecord record;
  record.suite = request.suite.name;
  record.name = one.name();
  record.command = request.command;
  record.started = utc_now();
  record.model.name = one.model;
  record.backend.name = one.backend;
  record.data.name = dataset.name();
  record.data.root = request.data.root;
  record.data.list = request.data.list;
  record.data.drawn = is_drawn(request.data.root);
  record.data.annotations_digest = dataset.digest();
  record.data.available = static_cast<std::int64_t>(dataset.size());
  record.data.limit = request.limit;
  record.data.seed = request.seed;
  record.evaluator.name = request.suite.evaluator;
  record.evaluator.protocol = request.suite.protocol;
  record.evaluator.bootstrap_replicates = request.bootstrap;
  record.evaluator.bootstrap_seed = 1;
  record.environment = this_environment();
  record.speed.threads = request.threads;
  return record;
}

void answer_and_score(const RunRequest& request, const Network& network, const Dataset& dataset,
                      const std::atomic<bool>& stop,
                      const std::function<void(const Progress&)>& report_progress,
                      RunRecord& record) {
  const auto listed = choose(dataset.size(), static_cast<std::size_t>(request.limit),
                             static_cast<std::uint64_t>(request.seed));
  const std::string path = journal_path(request.out, record.name);
  if (request.restart) std::filesystem::remove(path);
  JournalWriter writer(path, journal_header(record));
  const bool complete = answer_images({dataset, listed, [&] { return network.open_worker(); },
                                       request.threads, stop, report_progress},
                                      JournalReader(path), writer);
  if (!complete) return;  // the record stays "incomplete"
  const Tally tally = score_journal(record, JournalReader(path), dataset, listed);
  write_tally(request.out, record, tally);
}

std::string journal_path(const std::string& out, const std::string& case_name) {
  return (std::filesystem::path(out) / (case_name + ".journal")).string();
}

JournalHeader journal_header(const RunRecord& record) {
  JournalHeader header;
  const auto add = [&](const std::string& name, const std::string& value) {
    header.fingerprint.emplace_back(name, value);
  };
  add("data set", record.data.name);
  add("data digest", record.data.annotations_digest);
  add("limit", std::to_string(record.data.limit));
  add("seed", record.data.limit > 0 ? std::to_string(record.data.seed) : "none");
  for (const FileHash& file : record.model.files) add("model file", file.sha256);
  add("graph", record.model.graph_digest);
  add("preparation", record.prepare.name + " " + record.prepare.hash);
  add("decoder", record.decode);
  add("backend", record.backend.name);
  add("recipe", record.quantization.name + " " + sha256(to_text(record.quantization.recipe)));
  add("calibration images", record.quantization.calibration.digest);
  add("requantization", record.quantization.requantization);
  add("binary engine", record.quantization.binary_engine);
  add("backend library", record.backend.library);
  add("instruction set", record.backend.isa);
  add("program version", record.environment.program_version);
  header.record = to_text(to_json(record));
  return header;
}

int exit_code(const RunRecord& record) {
  if (record.status == "passed") return exit_ok;
  if (record.status == "incomplete") return exit_interrupted;
  const bool data = std::any_of(record.failures.begin(), record.failures.end(), [](auto& image) {
    return image.fault == name_of(Fault::missing) || image.fault == name_of(Fault::bad_data);
  });
  return data ? exit_bad_data : exit_failed;
}

namespace {

void run(const RunRequest& request, const Case& one, const Dataset& dataset,
         const std::atomic<bool>& stop, const std::function<void(const Progress&)>& report_progress,
         RunRecord& record) {
  OpenedCase opened = open_case(request, one, dataset);
  record.model = std::move(opened.model);
  record.published = std::move(opened.published);
  const Network network(std::move(opened.network), find_backend(one.backend));
  network.describe(record);
  answer_and_score(request, network, dataset, stop, report_progress, record);
  if (record.status == "incomplete" || !opened.calibration) return;
  warn_of_shared_images(record, JournalReader(journal_path(request.out, record.name)),
                        *opened.calibration, dataset.size());
}

}  // namespace

CaseResult run_case(const RunRequest& request, const Case& one, const Dataset& dataset,
                    const std::atomic<bool>& stop,
                    const std::function<void(const Progress&)>& report_progress) {
  CaseResult result;
  try {
    result.record = begin_record(request, one, dataset);
    run(request, one, dataset, stop, report_progress, result.record);
    result.exit_code = exit_code(result.record);
  } catch (const Error& error) {
    end_with(result, error.fault(), error.what());
  } catch (const std::bad_alloc&) {
    end_with(result, Fault::environment, "out of memory; try fewer --threads");
  } catch (const std::filesystem::filesystem_error& error) {
    end_with(result, Fault::environment, error.what());
  }
  result.record.finished = utc_now();
  return result;
}

}  // namespace bench
