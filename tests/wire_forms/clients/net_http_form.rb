require "net/http"
uri = URI(ENV["URL"])
request = Net::HTTP::Post.new(uri, "authorization" => "Bearer sk-test", "accept" => "image/*")
picture = File.open(ENV["PICTURE"], "rb")
request.set_form([["prompt", ENV["PROMPT"]], ["strength", "0.5"],
                  ["image", picture, { filename: ENV["FILENAME"], content_type: "image/png" }]], "multipart/form-data")
Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
puts "Ruby net/http #{RUBY_VERSION}"
