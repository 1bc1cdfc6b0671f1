require "rest-client"
RestClient.post(ENV["URL"], { prompt: ENV["PROMPT"], strength: "0.5", image: File.new(ENV["PICTURE"], "rb"), multipart: true },
                { "authorization" => "Bearer sk-test", "accept" => "image/*" })
puts "Ruby rest-client #{RestClient::VERSION}"
