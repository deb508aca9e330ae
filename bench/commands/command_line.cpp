// The only file that knows CLI11, which compiles slowly.
#include <CLI/CLI.hpp>

#include "bench/commands/commands.h"
#include "bench/machine.h"
#include "models/registry.h"

namespace bench {
namespace {

constexpr auto main_footer = R"(Every command explains itself: bench COMMAND --help

Environment:
  BENCH_DATA     folder that holds one folder per data set (widerface, imagenet,
                      voc-detection, voc-segmentation, lfw); used where --data is not given
  BENCH_MINI     a copy of the source tree's drawn data and small networks (it holds
                      datasets/mini/data and models/mini), if not where the program was built
  BENCH_WEIGHTS  folders with networks' files, separated by colons

Exit codes:
  0    everything passed
  1    a case failed, or a gate was missed
  2    usage: a wrong command, option or name
  3    data or weights are missing
  4    a file is damaged, hostile or inconsistent
  5    well-formed, but beyond what this program or backend can do
  6    environment: disk full, no memory, no permission
  70   a bug in this program
  130  interrupted; the same command goes on where it stopped
Where several cases fail, the first one's code counts.)";

constexpr auto run_footer = R"(Examples:
  bench run --suite widerface --data WIDER --weights networks
  bench run --suite imagenet --model mobilenetv1-0.25 --limit 1000 --seed 7
  bench run --dataset imagenet --data ILSVRC2012 --model own.onnx \
            --prepare torchvision-256-224 --decode classifier --backend float
  bench run --suite imagenet --model own.onnx --prepare torchvision-256-224 --decode classifier \
            --backend float --backend fake-quant --backend int8 \
            --quantize int8:rule=kl --quantize dfq:relu=false

--quantize is for every case but those of the backend float, which others are compared with.
Answers are kept in OUT/CASE.journal as they come; the same command again goes on where it stopped.
OUT also gets result.json, report.md, report.html and results.csv.)";

constexpr auto explain_footer = R"(Examples:
  bench explain --suite imagenet --model mobilenetv1-0.25 --prepare torchvision-256-224 \
                --quantize tflite --limit 100 --sweep
  bench explain --dataset imagenet --model quantised.onnx --backend int8 \
                --prepare torchvision-256-224 --decode classifier --limit 20

One network, quantised by a recipe or by its file, is run with some of its grids: none, those of the
weights, those of the activations, all. Layers are ranked by the noise of their grids; with --sweep
by the answers that come back when they alone are in float. --backend is fake-quant (the default)
or reference; with int8 its integers are also compared with the grids' meaning, in plain loops.
OUT gets explain.md, explain.json, images.txt and the journals; the same command goes on where it
stopped.)";

constexpr auto score_footer = R"(Examples:
  bench score out/widerface --protocol NAME
  bench score --suite widerface --data WIDER --predictions DIR       DIR/EVENT/IMAGE.txt
  bench score --suite voc-detection --data VOCdevkit --predictions DIR   comp4_det_*_CLASS.txt
  bench score --suite voc-segmentation --data VOCdevkit --predictions DIR   palette PNGs
  bench score --suite imagenet --data ILSVRC2012 --predictions top5.csv   file and five classes
  bench score --suite lfw --data LFW --predictions distances.txt     in the order of pairs.txt)";

constexpr auto report_footer = R"(Examples:
  bench report out/mini --format html > mini.html
  bench report out/imagenet --document tensorflow-int8

Documents: dsfd, n-bit-face, tensorflow-int8, one-bit-faster-rcnn, dfq. What they printed stands
beside the figures of this run's cases.)";

constexpr auto compare_footer =
    R"(Examples:
  bench compare out/last-night out/tonight
  bench compare baselines/mini out/mini --gates baselines/mini.gates.json --format github
  bench compare out/before out/after --allow preprocessing

A run folder, or a baseline: result.json and the *.tally beside it (what each image adds to the
figures), which is all that is read; --flips needs the later journals and images. First the making:
other data, images, subset, protocol, preprocessing or decoder, and a case is not comparable unless
--allow insists. Then the answers: equal ones are identical. Then every headline figure, and what
the gates name: shares of right answers by McNemar's exact test, others by resampling images, all
corrected for each other (Holm). Sizes are compared exactly, and so are the images themselves:
"changed" is the share that count otherwise than before, which a gate may limit. Times by
Mann-Whitney, on the same machine, where their ratios to the float case timed in the same rounds
show the change too; they count only where a gate names them.

Without --gates nothing may get worse. Exit code 0: no gate was missed. 1: one was, or a case is not
comparable, which a run that lost images never is. Others as in bench --help.
With --format github and $GITHUB_STEP_SUMMARY the tables are appended to that file.)";

constexpr auto record_footer =
    R"(Examples:
  bench record out/tonight --to history.sqlite
  bench record out/nightly/runs/* --to new.sqlite

Keeps the figures of runs in one file, for bench history. A run is known by the sha256 of its
result.json: recorded again it changes nothing, and the order does not matter, so that the file can
be made anew from the run folders at any time. Of several runs those that cannot be read are named
and left out; the exit code is that of the first.)";

constexpr auto history_footer =
    R"(Examples:
  bench history --from history.sqlite --suite mini --metric top1
  bench history --from history.sqlite --suite mini --metric median_ms --case 'mini-vgg.*' --limit 60
  bench history --from history.sqlite --suite mini --metric top1 --format svg > top1.svg

Metrics are those of the records, and parameters, macs, weight_bytes, activation_bytes, and
median_ms as run --speed measures it. Figures follow from their inputs bit for bit: on one
instruction set any difference is a change, shown with the commits before and after. Times are
compared on one machine; there a change is a new level that chance does not explain, by ranks and
random orders, found in a series without a change with probability 0.05. Runs with other data,
images, subset, protocol, preprocessing or decoder are not compared: there the series breaks.
--since and --limit say what is shown; changes are looked for in everything that was recorded.)";

constexpr auto list_footer = R"(Examples:
  bench list
  bench list models --weights networks
  bench list data --format json)";

constexpr auto audit_footer = R"(Examples:
  bench audit rfb-320 --weights networks
  bench audit own.onnx --input 1x3x224x224 --format csv
  bench audit vgg16 --untrained --quantize binary-steps:step=4)";

constexpr auto convert_footer =
    R"(The file computes the network as backends run it: batch norms in their layers. In ONNX, grids are
QuantizeLinear and DequantizeLinear; what these cannot say is refused by name: more than 8 bits,
grids with an offset, ranges taken at run time, halves rounded otherwise than to even. A name that
ends in .safetensors gets Quantbench's own format, which holds any network exactly, binary ones too.

Examples:
  bench convert mobilenetv1-0.25 --weights networks --out mobilenet.onnx
  bench convert rfb-320 --quantize int8:rule=kl --data WIDER --out rfb.onnx
  bench convert own.tflite --ties-to-even --out own.onnx
  bench convert resnet50 --untrained --quantize int8 --out resnet50.onnx
  bench convert vgg16 --untrained --quantize binary-weight --out vgg16.safetensors)";

constexpr auto profile_footer =
    R"(One thread, one image at a time. Each round runs every backend in turn, in one go and then layer by
layer; rounds before the first that counts warm up; figures are medians of CPU time, and a run is
over when its clock is read. The first backend is what the others are compared with: give float.
A backend's recipe stands behind it (int8=int8:rule=kl); --quantize is for those without one. float
runs the network without grids. Ranges of activations are taken from noise: times do not depend on
them. GOP/s count a multiplication and its addition as two, and are compared with the peak of
the processor for what is multiplied, measured in the same run.
(The loop behind the speed-up figures of document 4, the 1-bit Faster R-CNN, did not wait for
results and compared with a graph that simulates signs in float; these figures do neither.)

Examples:
  bench profile --model vgg16 --untrained --backend float --backend int8=int8
  bench profile --model own.onnx --input 1x3x480x640 --backend float --backend fake-quant=dfq
  bench profile --model mobilenetv1-0.25 --weights networks --image dog.jpg --backend float \
                --out profile.json)";

constexpr auto train_footer =
    R"(A recipe decides everything but the number of threads and the device: the same command on the same
machine gives the same file, bit for bit. Training images are drawn into DATA/SET where they are not
there yet. OUT gets NAME.safetensors and NAME.json, its model card; NAME.checkpoint while it is being
trained, from which the same command goes on. The device cuda takes a libtorch that was built with
CUDA, which Debian's is not, and uses only operations that repeat to the bit.

Examples:
  bench list recipes
  bench train --recipe mini-mobilenet-v1
  bench train --recipe own.json --data out/train --out out/networks)";

constexpr auto format_help = "markdown, json or csv";
constexpr auto run_format_help = "markdown, json, csv or html";
constexpr auto data_help = "folder of the data set, or bundled:NAME (default: $BENCH_DATA/NAME)";
constexpr auto weights_help = "a network's file, or a folder to look for it, four levels deep";

// `kind` is what the help calls the value; a list is given by repeating the option.
template <class T>
void option(CLI::App* command, const char* name, T& value, const char* kind, const char* about) {
  command->add_option(name, value, about)->type_name(kind)->allow_extra_args(false);
}

// What `run` and `explain` have in common: networks, how they are quantised, over which images.
void add_cases(CLI::App* run, RunArguments& a) {
  option(run, "--suite", a.suite, "NAME", "suite by name, or a path to a .json file");
  option(run, "--dataset", a.dataset, "NAME", "data set by name, for a --model of your own");
  option(run, "--model", a.models, "NAME", "model by name, or a network file (repeatable)");
  option(run, "--backend", a.backends, "NAME", "backend by name (repeatable)");
  option(run, "--weights", a.weights, "PATH", weights_help);
  option(run, "--data", a.data, "DIR", data_help);
  option(run, "--list", a.list, "LIST", "image list (file), or an image set of the data set");
  option(run, "--prepare", a.prepare, "NAME", "preparation by name, instead of the model card's");
  option(run, "--decode", a.decode, "NAME", "decoder by name, instead of the model card's");
  option(run, "--quantize", a.quantize, "RECIPE",
         "preset[:option=value,...], a .json file, or none (repeatable)");
  option(run, "--requantization", a.requantization, "NAME",
         "how int8 scales sums: fixed-point, tflite or float-scale");
  run->add_flag("--integer-only", a.integer_only, "refuse what int8 would compute in float");
  option(run, "--binary-engine", a.binary_engine, "NAME",
         "what multiplies signs in 1-bit: automatic, xnor or expanded");
  option(run, "--calibration-images", a.calibration_images, "N",
         "images that ranges are chosen by (default: 64)");
  option(run, "--calibration-seed", a.calibration_seed, "N", "which images (default: 1)");
  option(run, "--calibration-data", a.calibration_data, "PATH",
         "a folder or list of images (default: drawn from the data set)");
  option(run, "--calibration-rule", a.calibration_rule, "NAME",
         "max, moving-average, percentile, kl, mse, data-free or document");
  option(run, "--protocol", a.protocol, "NAME", "a published variant of the evaluator's protocol");
  option(run, "--seed", a.seed, "N", "which subset (default: 1)");
  option(run, "--threads", a.threads, "N", "images at a time (default: one per core)");
  option(run, "--bootstrap", a.bootstrap, "N", "replicates for the intervals (default: 1000)");
  run->add_flag("--restart", a.restart, "throw earlier answers away");
  option(run, "--plugin", a.plugins, "FILE", "backend built elsewhere: libNAME.so (repeatable)");
}

void add_run(CLI::App& app, RunArguments& a) {
  CLI::App* run = app.add_subcommand("run", "Run networks over a data set and score their answers");
  add_cases(run, a);
  option(run, "--limit", a.limit, "N", "a random subset of N images (default: all)");
  option(run, "--out", a.out, "DIR", "folder for results (default: out/SUITE)");
  run->add_flag("--speed", a.speed, "then time the cases of each network in turn, on one thread");
  option(run, "--format", a.format, "NAME", run_format_help);
  run->footer(run_footer);
}

void add_explain(CLI::App& app, ExplainArguments& a) {
  CLI::App* explain = app.add_subcommand("explain", "Why a quantised network loses accuracy");
  add_cases(explain, a.run);
  option(explain, "--limit", a.run.limit, "N",
         "a random subset of N images (default: 100; 0: all)");
  option(explain, "--out", a.run.out, "DIR", "folder for results (default: out/explain-SUITE)");
  explain->add_flag("--sweep", a.sweep,
                    "also take each layer's grids away in turn: a run per layer");
  option(explain, "--format", a.run.format, "NAME", format_help);
  explain->footer(explain_footer);
}

void add_score(CLI::App& app, ScoreArguments& a) {
  CLI::App* score = app.add_subcommand("score", "Score answers given already, ours or another's");
  option(score, "RUN", a.run, "", "folder of a run, to score its journals again");
  option(score, "--suite", a.suite, "NAME", "suite by name, to score --predictions");
  option(score, "--predictions", a.predictions, "PATH", "what another program wrote");
  option(score, "--data", a.data, "DIR", data_help);
  option(score, "--list", a.list, "LIST", "image list (file), or an image set of the data set");
  option(score, "--protocol", a.protocol, "NAME",
         "a published variant of the evaluator's protocol");
  option(score, "--bootstrap", a.bootstrap, "N", "replicates for the intervals (default: 1000)");
  option(score, "--out", a.out, "DIR",
         "folder for result.json, report.md, report.html, results.csv");
  option(score, "--format", a.format, "NAME", run_format_help);
  score->footer(score_footer);
}

void add_report(CLI::App& app, ReportArguments& a) {
  CLI::App* report = app.add_subcommand("report", "Show a run again, without running anything");
  option(report, "RUN", a.run, "", "folder of a run, or its result.json");
  option(report, "--document", a.documents, "NAME",
         "all tables of this document (repeatable; default: those the suite names)");
  option(report, "--format", a.format, "NAME", run_format_help);
  report->footer(report_footer);
}

void add_compare(CLI::App& app, CompareArguments& a) {
  CLI::App* compare = app.add_subcommand("compare", "Whether a run is worse than an earlier one");
  option(compare, "BEFORE", a.before, "", "folder of the earlier run, or a baseline");
  option(compare, "AFTER", a.after, "", "folder of the later run");
  option(compare, "--allow", a.allowed, "FIELD",
         "compare although it differs: data, images, subset, ... (repeatable)");
  option(compare, "--gates", a.gates, "FILE", "how much worse each figure may get (JSON)");
  option(compare, "--resamples", a.resamples, "N", "resamples of the images (default: 10000)");
  option(compare, "--flips", a.flips, "DIR",
         "a page for each case: images answered otherwise, both answers drawn");
  option(compare, "--top", a.top, "N", "how many images to list and to draw (default: 10)");
  option(compare, "--out", a.out, "DIR", "folder for compare.json, compare.md and compare.xml");
  option(compare, "--format", a.format, "NAME", "markdown, json, junit or github");
  compare->footer(compare_footer);
}

void add_record(CLI::App& app, RecordArguments& a) {
  CLI::App* record = app.add_subcommand("record", "Keep the figures of runs for bench history");
  record->add_option("RUN", a.runs, "folders of runs, or their result.json")->type_name("");
  option(record, "--to", a.to, "FILE", "SQLite file; one that is not there is made");
  record->footer(record_footer);
}

void add_history(CLI::App& app, HistoryArguments& a) {
  CLI::App* history = app.add_subcommand("history", "A figure run after run, and where it changed");
  option(history, "--from", a.from, "FILE", "SQLite file of bench record");
  option(history, "--suite", a.suite, "NAME", "suite by name, as recorded");
  option(history, "--metric", a.metric, "NAME", "top1, ap_easy, ..., weight_bytes, median_ms");
  option(history, "--case", a.cases, "PATTERN", "cases by name, * for any text (default: all)");
  option(history, "--machine", a.machine, "TEXT", "runs on it: a part of its CPU's name or hash");
  option(history, "--since", a.since, "DATE", "show runs from this day on, YYYY-MM-DD");
  option(history, "--limit", a.limit, "N", "show the last N runs of each case (default: all)");
  option(history, "--format", a.format, "NAME", "markdown, json, csv or svg");
  history->footer(history_footer);
}

void add_list(CLI::App& app, ListArguments& a) {
  CLI::App* list = app.add_subcommand("list", "List what there is, and what has its data");
  option(list, "WHAT", a.what, "",
         "suites, models, backends, presets, passes, recipes, data, evaluators, preparations, "
         "decoders or architectures");
  option(list, "--data", a.data, "DIR", "folder of a data set, or of several by name");
  option(list, "--weights", a.weights, "PATH", weights_help);
  option(list, "--plugin", a.plugins, "FILE", "backend built elsewhere: libNAME.so (repeatable)");
  option(list, "--format", a.format, "NAME", format_help);
  list->footer(list_footer);
}

void add_audit(CLI::App& app, AuditArguments& a) {
  CLI::App* audit = app.add_subcommand("audit", "Parameters, multiply-accumulates and bytes");
  option(audit, "MODEL", a.model, "", "model by name, or a network file");
  option(audit, "--weights", a.weights, "PATH", weights_help);
  option(audit, "--data", a.data, "DIR", "another folder to look for the file");
  option(audit, "--input", a.input, "SHAPE", "shape of the input, 1x3x224x224");
  option(audit, "--quantize", a.quantize, "RECIPE",
         "and what preset[:option=value,...], or a .json file, makes of it");
  audit->add_flag("--untrained", a.untrained,
                  "without a file: MODEL is an architecture, as in bench list architectures");
  option(audit, "--format", a.format, "NAME", format_help);
  audit->footer(audit_footer);
}

void add_convert(CLI::App& app, ConvertArguments& a) {
  CLI::App* convert = app.add_subcommand("convert", "Write a network as an ONNX file, or exactly");
  option(convert, "MODEL", a.model, "", "model by name, or a network file");
  option(convert, "-o,--out", a.out, "FILE", "the file to write");
  option(convert, "--weights", a.weights, "PATH", weights_help);
  option(convert, "--quantize", a.quantize, "RECIPE", "preset[:option=value,...], or a .json file");
  option(convert, "--calibration-images", a.calibration.images, "N",
         "images that ranges are chosen by (default: 64)");
  option(convert, "--calibration-seed", a.calibration.seed, "N", "which images (default: 1)");
  option(convert, "--calibration-data", a.calibration.data, "PATH",
         "a folder or list of images (default: drawn from the data set)");
  option(convert, "--calibration-rule", a.calibration.rule, "NAME",
         "max, moving-average, percentile, kl, mse, data-free or document");
  option(convert, "--dataset", a.dataset, "NAME", "data set by name, for a file of your own");
  option(convert, "--data", a.data, "DIR", data_help);
  option(convert, "--prepare", a.prepare, "NAME",
         "preparation of the images, instead of the model card's");
  convert->add_flag(
      "--untrained", a.untrained,
      "untrained weights: MODEL is an architecture (bench list architectures), its images noise");
  convert->add_flag("--ties-to-even", a.ties_to_even,
                    "write grids that round halves otherwise as if they rounded them to even");
  convert->add_flag("--force", a.force, "write over a file that is there");
  convert->footer(convert_footer);
}

void add_profile(CLI::App& app, ProfileArguments& a) {
  CLI::App* profile = app.add_subcommand("profile", "Where a network's time goes, layer by layer");
  option(profile, "--model", a.model, "NAME", "model by name, or a network file");
  option(profile, "--backend", a.backends, "NAME[=RECIPE]",
         "backend by name, and how the network is quantised for it (repeatable; default: float)");
  option(profile, "--quantize", a.quantize, "RECIPE",
         "preset[:option=value,...], or a .json file, for backends without a recipe");
  option(profile, "--requantization", a.requantization, "NAME",
         "how int8 scales sums: fixed-point, tflite or float-scale");
  option(profile, "--binary-engine", a.binary_engines, "NAME",
         "what multiplies signs in 1-bit: automatic, xnor or expanded (repeatable)");
  profile->add_flag("--winograd", a.winograd,
                    "float once more, by Winograd's algorithm where oneDNN has it");
  option(profile, "--weights", a.weights, "PATH", weights_help);
  option(profile, "--input", a.input, "SHAPE", "shape of the input, 1x3x224x224");
  option(profile, "--image", a.image, "FILE", "an image to run (default: noise)");
  option(profile, "--prepare", a.prepare, "NAME",
         "preparation of the image, instead of the model card's");
  profile->add_flag("--untrained", a.untrained,
                    "untrained weights: MODEL is an architecture (bench list architectures)");
  option(profile, "--rounds", a.rounds, "N", "rounds that count (default: 9)");
  option(profile, "--plugin", a.plugins, "FILE",
         "backend built elsewhere: libNAME.so (repeatable)");
  option(profile, "--out", a.out, "FILE", "also write the numbers as JSON");
  option(profile, "--format", a.format, "NAME", format_help);
  profile->footer(profile_footer);
}

void add_train(CLI::App& app, TrainArguments& a) {
  CLI::App* train = app.add_subcommand("train", "Train a network of the bundled suite");
  option(train, "--recipe", a.recipe, "NAME", "training recipe by name, or a .json file");
  option(train, "--data", a.data, "DIR", "folder of training images (default: out/train)");
  option(train, "--judge", a.judge, "DIR",
         "data set that the card's figure is measured on, instead of the recipe's");
  option(train, "--weights", a.weights, "PATH",
         "a folder to look for a network to start from, after OUT");
  option(train, "--out", a.out, "DIR", "folder for results (default: models/mini)");
  option(train, "--threads", a.threads, "N", "threads of libtorch (default: 1)");
  option(train, "--device", a.device, "NAME", "what computes: cpu or cuda (default: cpu)");
  train->add_flag("--restart", a.restart, "throw a checkpoint away first");
  train->footer(train_footer);
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// CLI11's own words do for a value of the wrong kind; an unknown name deserves better.
std::string explain(const CLI::App& app, const CLI::ParseError& error,
                    const std::vector<std::string>& arguments) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
    return unknown_name("command", arguments.front(), commands) + " (see bench --help)";
  }
  const std::string help = " (see bench " + chosen.front()->get_name() + " --help)";
  if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
    for (const std::string& extra : app.remaining(true)) {
      const std::string name = extra.substr(0, extra.find('='));
      if (name.rfind("--", 0) == 0) {
        return unknown_name("option", name, option_names(*chosen.front())) + help;
      }
      return "unexpected argument '" + extra + "'" + help;
    }
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text + help;
}

}  // namespace

Command parse_command(const std::vector<std::string>& arguments) {
  CLI::App app("Quantbench: what quantised convolutional networks answer, and how good it is",
               "bench");
  app.footer(main_footer);
  app.get_formatter()->column_width(26);
  bool version = false;
  app.add_flag("--version", version, "print the version");
  app.require_subcommand(0, 1);
  RunArguments run;
  ExplainArguments explained;
  ScoreArguments score;
  ReportArguments report;
  CompareArguments compare;
  RecordArguments record;
  HistoryArguments history;
  ListArguments list;
  AuditArguments audit;
  ConvertArguments convert;
  ProfileArguments profile;
  TrainArguments train;
  add_run(app, run);
  add_explain(app, explained);
  add_score(app, score);
  add_report(app, report);
  add_compare(app, compare);
  add_record(app, record);
  add_history(app, history);
  add_list(app, list);
  add_audit(app, audit);
  add_convert(app, convert);
  add_profile(app, profile);
  add_train(app, train);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return TextAnswer{app.help()};
  } catch (const CLI::ParseError& error) {
    throw Error(Fault::usage, explain(app, error, arguments));
  }
  run.command = explained.run.command = score.command = train.command = shell_line(arguments);
  if (app.got_subcommand("run")) return run;
  if (app.got_subcommand("explain")) return explained;
  if (app.got_subcommand("score")) return score;
  if (app.got_subcommand("report")) return report;
  if (app.got_subcommand("compare")) return compare;
  if (app.got_subcommand("record")) return record;
  if (app.got_subcommand("history")) return history;
  if (app.got_subcommand("list")) return list;
  if (app.got_subcommand("audit")) return audit;
  if (app.got_subcommand("convert")) return convert;
  if (app.got_subcommand("profile")) return profile;
  if (app.got_subcommand("train")) return train;
  if (version) return TextAnswer{"bench " + program_version() + "\n"};
  throw Error(Fault::usage,
              "no command given: run, explain, score, report, compare, record, history, list, "
              "audit, convert, profile or train (see bench --help)");
}

}  // namespace bench
