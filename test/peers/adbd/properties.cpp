// Off Android, properties live in a map of the process: they are filled from the file ADBD_PROPS ("name=value" lines)
// before main() runs. The control socket comes as a number in ANDROID_SOCKET_adbd, as Android's init passes it.
#include <stdlib.h>
#include <fstream>
#include <string>
#include <android-base/properties.h>

__attribute__((constructor)) static void load_properties() {
  const char* file = getenv("ADBD_PROPS");
  if (!file) return;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    auto at = line.find('=');
    if (at != std::string::npos) android::base::SetProperty(line.substr(0, at), line.substr(at + 1));
  }
}

extern "C" int android_get_control_socket(const char* name) {
  const char* number = getenv((std::string("ANDROID_SOCKET_") + name).c_str());
  return number ? atoi(number) : -1;
}
